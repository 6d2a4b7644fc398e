"""What preview says on the terminal: under a screen, for 3 sessions and for 300."""

from collections import Counter

from goodunits.base.errors import one_line

# Most lines of each part; with the heads and the last line they are 23 of a screen's 24.
SESSIONS, PROBLEMS, UNITS, OVERTURNED, DOUBTS = 5, 4, 4, 3, 2
WIDTH = 150


def text(compared, problems):
    """Summary of a comparison.

    Parameters
    ----------
    compared : dict of str to Compared
        Sessions that were compared, by id.
    problems : dict of str to str
        Why a session could not be compared.

    Returns
    -------
    text : str
    """
    sessions = list(compared.values())
    rows = [row for session in sessions for row in session.rows]
    changing = {name: session for name, session in compared.items() if session.rows}
    units, good_now, good, white = (
        sum(getattr(session, name) for session in sessions)
        for name in ("n_units", "n_good_now", "n_good", "n_white")
    )
    judged = f"{len(changing)} of {len(compared)} session(s)"
    if problems:
        judged += f" compared, {len(problems)} not compared"
    lines = [
        f"{len(rows)} label(s) would change in {judged}:",
        f"  good now {good_now}, after a run {good}, of {units} unit(s)",
    ]
    if white:
        coloured = sum(session.n_white > 0 for session in sessions)
        lines.append(
            f"  {white} unit(s) in {coloured} session(s) are white in Phy (no group, or unsorted) "
            "and get a colour"
        )
    lines += _overturned([row for row in rows if row[-1]])
    doubts = [f"  {name}: {doubt}" for name, one in compared.items() for doubt in one.doubts]
    lines += _first(doubts, DOUBTS, "doubt(s), see preview_sessions.tsv")
    same = {name: session for name, session in compared.items() if name not in changing}
    said = [f"  {name}: {_session(session)}" for name, session in {**changing, **same}.items()]
    lines += _first(said, SESSIONS, "session(s), see preview_sessions.tsv")
    failed = [f"  {name}: not compared: {problem}" for name, problem in problems.items()]
    lines += _first(failed, PROBLEMS, "session(s) not compared, see preview_sessions.tsv")
    lines += _first([_unit(row) for row in rows], UNITS, "")
    return "\n".join(_cut(line) for line in lines)


def _first(lines, most, rest):
    """At most so many lines, the last of which says how many more there are."""
    if len(lines) <= most:
        return lines
    indent = " " * (len(lines[0]) - len(lines[0].lstrip()))
    more = len(lines) - most + 1
    return [*lines[: most - 1], f"{indent}... and {more} more {rest}".rstrip()]


def _cut(line):
    """A line that does not fill the screen by itself."""
    line = one_line(line)
    return line if len(line) <= WIDTH else f"{line[: WIDTH - 3]}..."


def _session(session):
    """Counts and moves of one session."""
    if not session.rows:
        return f"no change ({session.n_good} of {session.n_units} good)"
    moves = Counter(f"{row.label_now or 'none'} -> {row.label}" for row in session.rows)
    said = ", ".join(f"{move}: {count}" for move, count in sorted(moves.items()))
    return f"good {session.n_good_now} -> {session.n_good} of {session.n_units}; {said}"


def _unit(row):
    """One unit whose label would change."""
    moved = f"{row.label_now or 'none'} -> {row.label} ({row.source}; {row.reason})"
    return f"    {row.session} unit {row.cluster_id}: {moved}"


def _overturned(rows):
    """Labels of people that would be lost."""
    if not rows:
        return []
    head = f"  {len(rows)} label(s) given by hand would be OVERTURNED:"
    named = [
        f"    {row.session} unit {row.cluster_id}: {row.overturns} by hand -> {row.label}"
        for row in rows
    ]
    return [head, *_first(named, OVERTURNED, "")]
