"""Scorecards: small tables of points whose sum is a score. Light: applying one needs no library.

`card` is a card in memory, `points` applies it, `scoring` to a session, `reasons` says it in words,
`quantities` is what criteria call a score. `card_checks` says what is wrong with one. Standard
library; the files are read in `config`.
"""
