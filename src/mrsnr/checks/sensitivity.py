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
    seen = {k: snr for k, snr in by_clusters.items() if snr is not None and snr > 0}
    missing = len(by_clusters) - len(seen)
    if not seen:
        return Check("sensitivity", None, _LIMIT, CheckVerdict.FAIL, "No number of clusters gives an SNR.")
    spread = max(seen.values()) / min(seen.values())
    listed = ", ".join(f"{snr:.3g} with {k}" for k, snr in seen.items())
    if spread <= _LIMIT and not missing:
        return Check(
            "sensitivity",
            spread,
            _LIMIT,
            CheckVerdict.PASS,
            f"The number of clusters hardly matters: {listed}.",
        )
    verdict = CheckVerdict.FAIL if spread > _FAILS_AT else CheckVerdict.WARN
    undefined = f"; undefined with {missing} other numbers" if missing else ""
    return Check(
        "sensitivity",
        spread,
        _LIMIT,
        verdict,
        f"The number of clusters decides the SNR: {listed}{undefined}.",
    )
