"""The report and the figures: gathered from results, drawn by numpy, Jinja2 and matplotlib.

It reads what other rooms wrote and writes pages; nothing of it decides a label.
"""
