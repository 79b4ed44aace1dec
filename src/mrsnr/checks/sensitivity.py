"""Does the answer depend on how many clusters were asked for?"""

from __future__ import annotations

from collections.abc import Mapping

from mrsnr.model import Check, CheckVerdict

_LIMIT = 1.10
_FAILS_AT = 1.50


def sensitivity(by_clusters: Mapping[int, float | None]) -> Check:
    """Compare the largest SNR over the smallest with 1.1, over the numbers of clusters.

    Parameters
    ----------
    by_clusters
        SNR for each number of clusters, ``None`` where undefined.
    """
    seen = {k: snr for k, snr in by_clusters.items() if snr is not None}
    if not seen:
        return Check("sensitivity", None, _LIMIT, CheckVerdict.FAIL, "No number of clusters gives an SNR.")
    listed = ", ".join(f"{snr:.3g} with {k}" for k, snr in seen.items())
    without = [str(k) for k in by_clusters if k not in seen]
    listed += f"; undefined with {', '.join(without)}" if without else ""
    if min(seen.values()) <= 0:
        sentence = f"Not every number of clusters gives a positive signal: {listed}."
        return Check("sensitivity", None, _LIMIT, CheckVerdict.FAIL, sentence)
    spread = max(seen.values()) / min(seen.values())
    if spread > _FAILS_AT:
        sentence = f"The number of clusters decides the SNR: {listed}."
        return Check("sensitivity", spread, _LIMIT, CheckVerdict.FAIL, sentence)
    if spread > _LIMIT or without:
        sentence = f"The number of clusters moves the SNR by {100 * (spread - 1):.0f} %: {listed}."
        return Check("sensitivity", spread, _LIMIT, CheckVerdict.WARN, sentence)
    sentence = f"The number of clusters hardly matters: {listed}."
    return Check("sensitivity", spread, _LIMIT, CheckVerdict.PASS, sentence)
