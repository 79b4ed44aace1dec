"""The cases, a file each: a function from a `Bench` to the comparisons that are run. The order is that of the page."""

from collections.abc import Callable, Iterator

from speed.bench import Bench, Comparison
from speed.cases import accuracy, growth, images, large, mixture, noise, process, startup, temporal

CASES: dict[str, Callable[[Bench], Iterator[Comparison]]] = {
    "temporal": temporal.comparisons,
    "process": process.comparisons,
    "volumes": growth.volumes,
    "sides": growth.sides,
    "large": large.comparisons,
    "mixture": mixture.comparisons,
    "measure": images.comparisons,
    "noise": noise.comparisons,
    "startup": startup.comparisons,
    "accuracy": accuracy.comparisons,
}
