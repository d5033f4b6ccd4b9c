"""The plot is read by people: every figure has its place, and both axes say what they are."""

from xml.etree import ElementTree

import pytest

from tests.scale.plot import HEIGHT, WIDTH, Axis, Panel, svg

SPACE = "{http://www.w3.org/2000/svg}"
MEMORY = Panel("Memory", "MB", {"": {10: 65.0, 200: 110.0, 1_000: 290.0}})
CPU = Panel("CPU < all", "% of a core", {"quiet": {10: 0.4, 1_000: 7.0}, "scraped": {10: 0.5, 1_000: 18.0}})


def test_every_figure_is_a_point_and_every_axis_has_its_unit() -> None:
    tree = ElementTree.fromstring(svg("A & B", [MEMORY, CPU]))  # noqa: S314 - our own
    assert len(tree.findall(f".//{SPACE}circle")) == 3 + 4
    texts = [each.text for each in tree.findall(f".//{SPACE}text")]
    assert {"A & B", "Memory", "MB", "CPU < all", "% of a core", "quiet", "scraped", "10", "200", "1,000"} <= {*texts}
    assert texts.count("peers") == 2


def test_more_is_further_right_and_higher_and_nothing_is_outside() -> None:
    tree = ElementTree.fromstring(svg("Memory", [MEMORY]))  # noqa: S314 - our own
    points = [(float(each.attrib["cx"]), float(each.attrib["cy"])) for each in tree.iter(f"{SPACE}circle")]
    assert points == sorted(points, key=lambda point: (point[0], -point[1]))
    assert all(0 < x < WIDTH and 0 < y < HEIGHT for x, y in points)


def test_ten_times_as_much_is_as_far_away_anywhere_on_an_axis() -> None:
    axis = Axis(1, 1_000, 0, 300)
    assert [axis.place(value) for value in (1, 10, 100, 1_000)] == [0, 100, 200, 300]


def test_what_a_logarithmic_axis_has_no_place_for_is_refused() -> None:
    with pytest.raises(ValueError, match=r"math domain error|positive input"):
        svg("Nothing", [Panel("Nothing", "s", {"": {10: 0.0, 20: 1.0}})])
