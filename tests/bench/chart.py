# SPDX-License-Identifier: Apache-2.0
"""Draws the figures: text in, SVG out, nothing else is touched.

bars() draws the table: a block for each row, a bar for each runtime, all bars of
a block on one scale of its own that begins at 0, with the figure behind each.
lines() draws how a create takes longer with what the host holds. Colours follow
the reader's light or dark scheme; the first runtime has the strong one.
"""
from html import escape

STYLE = """<style>
text { font: 12px system-ui, sans-serif; fill: #24292f; }
.title { font-size: 15px; font-weight: 600; }
.faint { fill: #57606a; font-size: 11px; }
.c0 { fill: #0969da; } .c1 { fill: #b08800; } .c2 { fill: #8c959f; } .c3 { fill: #8250df; } .c4 { fill: #1a7f37; }
.floor { stroke: #cf222e; stroke-width: 1.5; }
.axis { stroke: #d0d7de; stroke-width: 1; }
.l0 { stroke: #0969da; stroke-width: 2.5; } .l1 { stroke: #b08800; } .l2 { stroke: #8c959f; } .l3 { stroke: #8250df; } .l4 { stroke: #1a7f37; }
polyline { fill: none; stroke-width: 2; }
.back { fill: #ffffff; }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3; } .faint { fill: #8d96a0; } .back { fill: #0d1117; } .axis { stroke: #3d444d; }
.c0 { fill: #4493f8; } .l0 { stroke: #4493f8; }
}
</style>"""
WIDTH, LEFT, RIGHT = 760, 210, 90
BAR, STEP, GAP = 11, 14, 12
COLOURS = 5


def text(x, y, words, kind="", anchor="start"):
    return f'<text x="{x:.0f}" y="{y:.0f}" class="{kind}" text-anchor="{anchor}">{escape(words)}</text>'


def number(value, unit):
    digits = 0 if unit == "KiB" else 2 if value < 100 else 0
    return f"{value:,.{digits}f} {unit}"


def frame(height, parts, title):
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:.0f}" '
            f'viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{escape(title)}">')
    return "\n".join([head, STYLE, '<rect class="back" width="100%" height="100%"/>', text(16, 26, title, "title"),
                      *parts, "</svg>", ""])


def legend(figures, y, floor):
    """One row of names with their colours."""
    parts, x = [], 16
    for i, name in enumerate(figures["runtimes"]):
        parts.append(f'<rect class="c{i % COLOURS}" x="{x}" y="{y - 9}" width="10" height="10"/>')
        parts.append(text(x + 15, y, figures["runtimes"][name] + (" " + name.split(" ", 1)[1] if " " in name else "")))
        x += 40 + 6.6 * len(figures["runtimes"][name] + (name.split(" ", 1)[1] if " " in name else ""))
    if floor:
        parts.append(f'<line class="floor" x1="{x + 5}" x2="{x + 5}" y1="{y - 10}" y2="{y + 2}"/>')
        parts.append(text(x + 12, y, "the bare system calls"))
    return parts


def source(figures, y, scales):
    about = figures["machine"]
    words = f"Medians. {scales} {about['cpus']} CPUs, {about['model']}, Linux {about['kernel']}."
    return text(16, y, words, "faint")


def block(row, names, y):
    """The bars of one row; returns the parts and where the next row begins."""
    known = [row["median"][name] for name in names if row["median"][name] is not None]
    most = max(known + [row.get("floor", 0)])
    room = WIDTH - LEFT - RIGHT
    parts = [text(LEFT - 12, y + (len(names) * STEP) / 2 + 3, row["what"], anchor="end")]
    for i, name in enumerate(names):
        value, top = row["median"][name], y + i * STEP
        if value is None:
            parts.append(text(LEFT + 4, top + 10, "failed", "faint"))
            continue
        wide = room * value / most if most else 0
        parts.append(f'<rect class="c{i % COLOURS}" x="{LEFT}" y="{top}" width="{max(wide, 1):.1f}" height="{BAR}" rx="2"/>')
        parts.append(text(LEFT + wide + 5, top + 10, number(value, row["unit"]), "faint"))
    if "floor" in row:
        x = LEFT + room * row["floor"] / most
        parts.append(f'<line class="floor" x1="{x:.1f}" x2="{x:.1f}" y1="{y - 2}" y2="{y + len(names) * STEP - 1}"/>')
    return parts, y + len(names) * STEP + GAP


def bars(figures):
    """The chart of all rows in milliseconds or KiB; None if there is none."""
    rows = [row for row in figures["rows"]
            if row["unit"] in ("ms", "KiB") and any(v is not None for v in row["median"].values())]
    names = list(figures["runtimes"])
    # What only some can do stands in the table; here it would compare nothing.
    rows = [row for row in rows if row["median"][names[0]] is not None]
    if not rows:
        return None
    parts, y = legend(figures, 50, any("floor" in row for row in rows)), 70
    for row in rows:
        more, y = block(row, names, y)
        parts += more
    parts.append(source(figures, y + 10, "Each block has a scale of its own."))
    return frame(y + 24, parts, "Time and memory, less is better")


def ticks(most):
    """Round steps from 0 to at least most."""
    step = 1
    while most / step > 6:
        step = step * 2 if str(step)[0] in "15" else step * 5 // 2
    return [i * step for i in range(int(most / step) + 2)]


def panel(row, names, left, width):
    """One line for each runtime over the levels, which stand at equal distances."""
    top, height = 92, 190
    known = [y for name in names for y in row["median"][name] if y is not None]
    marks = ticks(max(known))
    place = lambda value: top + height - height * value / marks[-1]
    across = lambda i: left + 20 + (width - 40) * i / max(1, len(row["x"]) - 1)
    parts = [text(left, 78, row["what"])]
    for mark in marks:
        parts.append(f'<line class="axis" x1="{left}" x2="{left + width}" y1="{place(mark):.1f}" y2="{place(mark):.1f}"/>')
        parts.append(text(left - 6, place(mark) + 4, f"{mark}", "faint", "end"))
    for i, x in enumerate(row["x"]):
        parts.append(text(across(i), top + height + 16, f"{x:,}", "faint", "middle"))
    for n, name in enumerate(names):
        points = [(across(i), place(y)) for i, y in enumerate(row["median"][name]) if y is not None]
        parts.append(f'<polyline class="l{n % COLOURS}" points="' + " ".join(f"{x:.1f},{y:.1f}" for x, y in points) + '"/>')
        parts += [f'<circle class="c{n % COLOURS}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in points]
    return parts


def lines(figures):
    """The chart of what grows with the host; None if nothing of it was measured."""
    rows = [row for row in figures["scale"] if any(y for ys in row["median"].values() for y in ys)]
    if not rows:
        return None
    names, parts = list(figures["runtimes"]), legend(figures, 50, False)
    width = (WIDTH - 40 - 40 * len(rows)) / len(rows)
    for i, row in enumerate(rows):
        parts += panel(row, names, 44 + i * (width + 44), width)
    parts.append(source(figures, 326, "The levels stand at equal distances."))
    return frame(340, parts, "Milliseconds per create, less is better")
