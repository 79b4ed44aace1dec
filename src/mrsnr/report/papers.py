"""The papers that the methods come from.

A DOI that could not be confirmed is left out: volume and pages find the paper, a wrong DOI another one.
"""

from __future__ import annotations

from mrsnr.report.citing import Reference


def _paper(key: str, authors: str, title: str, place: str, doi: str = "") -> Reference:
    """Return an article; its year is the end of its key, its place ``journal volume:pages``."""
    journal, _, numbers = place.rpartition(" ")
    volume, pages = numbers.split(":")
    return Reference(
        key=key,
        kind="article",
        authors=tuple(authors.split("; ")),
        year=int(key.rstrip("ab")[-4:]),
        title=title,
        journal=journal,
        volume=volume,
        pages=pages,
        doi=doi,
    )


_ALL = (
    _paper(
        "aja2009",
        "Aja-Fernández, S.; Tristán-Vega, A.; Alberola-López, C.",
        "Noise estimation in single- and multiple-coil magnetic resonance data based on statistical models",
        "Magn Reson Imaging 27:1397-1409",
        "10.1016/j.mri.2009.05.025",
    ),
    _paper(
        "aja2015",
        "Aja-Fernández, S.; Pieciak, T.; Vegas-Sánchez-Ferrero, G.",
        "Spatially variant noise estimation in MRI: a homomorphic approach",
        "Med Image Anal 20:184-197",
        "10.1016/j.media.2014.11.005",
    ),
    Reference(
        key="bishop2006",
        kind="book",
        authors=("Bishop, C. M.",),
        year=2006,
        title="Pattern Recognition and Machine Learning",
        journal="Springer",
    ),
    _paper(
        "blei2006",
        "Blei, D. M.; Jordan, M. I.",
        "Variational inference for Dirichlet process mixtures",
        "Bayesian Anal 1:121-143",
        "10.1214/06-BA104",
    ),
    _paper(
        "constantinides1997",
        "Constantinides, C. D.; Atalar, E.; McVeigh, E. R.",
        "Signal-to-noise measurements in magnitude images from NMR phased arrays",
        "Magn Reson Med 38:852-857",
        "10.1002/mrm.1910380524",
    ),
    _paper(
        "coupe2010",
        "Coupé, P.; Manjón, J. V.; Gedamu, E.; Arnold, D.; Robles, M.; Collins, D. L.",
        "Robust Rician noise estimation for MR images",
        "Med Image Anal 14:483-493",
    ),
    _paper(
        "dietrich2007",
        "Dietrich, O.; Raya, J. G.; Reeder, S. B.; Reiser, M. F.; Schoenberg, S. O.",
        "Measurement of signal-to-noise ratios in MR images: influence of multichannel coils, parallel imaging, and "
        "reconstruction filters",
        "J Magn Reson Imaging 26:375-385",
        "10.1002/jmri.20969",
    ),
    _paper(
        "donoho1995",
        "Donoho, D. L.",
        "De-noising by soft-thresholding",
        "IEEE Trans Inf Theory 41:613-627",
        "10.1109/18.382009",
    ),
    _paper(
        "edelstein1984",
        "Edelstein, W. A.; Bottomley, P. A.; Pfeifer, L. M.",
        "A signal-to-noise calibration procedure for NMR imaging systems",
        "Med Phys 11:180-185",
    ),
    _paper(
        "edelstein1986",
        "Edelstein, W. A.; Glover, G. H.; Hardy, C. J.; Redington, R. W.",
        "The intrinsic signal-to-noise ratio in NMR imaging",
        "Magn Reson Med 3:604-618",
        "10.1002/mrm.1910030413",
    ),
    _paper(
        "firbank1999",
        "Firbank, M. J.; Coulthard, A.; Harrison, R. M.; Williams, E. D.",
        "A comparison of two methods for measuring the signal to noise ratio on MR images",
        "Phys Med Biol 44:N261-N264",
    ),
    _paper(
        "friedman2006",
        "Friedman, L.; Glover, G. H.",
        "Report on a multicenter fMRI quality assurance protocol",
        "J Magn Reson Imaging 23:827-839",
        "10.1002/jmri.20583",
    ),
    _paper(
        "gudbjartsson1995",
        "Gudbjartsson, H.; Patz, S.",
        "The Rician distribution of noisy MRI data",
        "Magn Reson Med 34:910-914",
        "10.1002/mrm.1910340618",
    ),
    _paper(
        "henkelman1985",
        "Henkelman, R. M.",
        "Measurement of signal intensities in the presence of noise in MR images",
        "Med Phys 12:232-233",
        "10.1118/1.595711",
    ),
    _paper(
        "hutton2011",
        "Hutton, C.; Josephs, O.; Stadler, J.; Featherstone, E.; Reid, A.; Speck, O.; Bernarding, J.; Weiskopf, N.",
        "The impact of physiological noise correction on fMRI at 7 T",
        "NeuroImage 57:101-112",
        "10.1016/j.neuroimage.2011.04.018",
    ),
    _paper(
        "kaufman1989",
        "Kaufman, L.; Kramer, D. M.; Crooks, L. E.; Ortendahl, D. A.",
        "Measuring signal-to-noise ratios in MR imaging",
        "Radiology 173:265-267",
        "10.1148/radiology.173.1.2781018",
    ),
    _paper(
        "koay2006",
        "Koay, C. G.; Basser, P. J.",
        "Analytically exact correction scheme for signal extraction from noisy magnitude MR signals",
        "J Magn Reson 179:317-322",
        "10.1016/j.jmr.2006.01.016",
    ),
    _paper(
        "koay2009a",
        "Koay, C. G.; Özarslan, E.; Basser, P. J.",
        "A signal transformational framework for breaking the noise floor and its applications in MRI",
        "J Magn Reson 197:108-119",
    ),
    _paper(
        "koay2009b",
        "Koay, C. G.; Özarslan, E.; Pierpaoli, C.",
        "Probabilistic Identification and Estimation of Noise (PIESNO): a self-consistent approach and its "
        "applications in MRI",
        "J Magn Reson 199:94-103",
        "10.1016/j.jmr.2009.03.005",
    ),
    _paper(
        "murphy2007",
        "Murphy, K.; Bodurka, J.; Bandettini, P. A.",
        "How long to scan? The relationship between fMRI temporal signal to noise ratio and necessary scan duration",
        "NeuroImage 34:565-574",
        "10.1016/j.neuroimage.2006.09.032",
    ),
    Reference(
        key="nema2008",
        kind="standard",
        authors=("National Electrical Manufacturers Association",),
        year=2008,
        title="Determination of Signal-to-Noise Ratio (SNR) in Diagnostic Magnetic Resonance Imaging",
        journal="NEMA Standards Publication",
        volume="MS 1-2008",
    ),
    _paper(
        "otsu1979",
        "Otsu, N.",
        "A threshold selection method from gray-level histograms",
        "IEEE Trans Syst Man Cybern 9:62-66",
        "10.1109/TSMC.1979.4310076",
    ),
    _paper(
        "power2012",
        "Power, J. D.; Barnes, K. A.; Snyder, A. Z.; Schlaggar, B. L.; Petersen, S. E.",
        "Spurious but systematic correlations in functional connectivity MRI networks arise from subject motion",
        "NeuroImage 59:2142-2154",
        "10.1016/j.neuroimage.2011.10.018",
    ),
    _paper(
        "reeder2005",
        "Reeder, S. B.; Wintersperger, B. J.; Dietrich, O.; Lanz, T.; Greiser, A.; Reiser, M. F.; Glazer, G. M.; "
        "Schoenberg, S. O.",
        "Practical approaches to the evaluation of signal-to-noise ratio performance with parallel imaging: "
        "application with cardiac imaging and a 32-channel cardiac coil",
        "Magn Reson Med 54:748-754",
        "10.1002/mrm.20636",
    ),
    _paper(
        "sijbers2007",
        "Sijbers, J.; Poot, D.; den Dekker, A. J.; Pintjens, W.",
        "Automatic estimation of the noise variance from the histogram of a magnetic resonance image",
        "Phys Med Biol 52:1335-1348",
        "10.1088/0031-9155/52/5/009",
    ),
    _paper(
        "veraart2016a",
        "Veraart, J.; Fieremans, E.; Novikov, D. S.",
        "Diffusion MRI noise mapping using random matrix theory",
        "Magn Reson Med 76:1582-1593",
        "10.1002/mrm.26059",
    ),
    _paper(
        "veraart2016b",
        "Veraart, J.; Novikov, D. S.; Christiaens, D.; Ades-aron, B.; Sijbers, J.; Fieremans, E.",
        "Denoising of diffusion MRI using random matrix theory",
        "NeuroImage 142:394-406",
        "10.1016/j.neuroimage.2016.08.016",
    ),
    _paper(
        "wang2011",
        "Wang, H.; Song, M.",
        "Ckmeans.1d.dp: optimal k-means clustering in one dimension by dynamic programming",
        "R J 3:29-33",
        "10.32614/RJ-2011-015",
    ),
    _paper(
        "weisskoff1996",
        "Weisskoff, R. M.",
        "Simple measurement of scanner stability for functional NMR imaging of activation in the brain",
        "Magn Reson Med 36:643-645",
    ),
)

PAPERS = {paper.key: paper for paper in _ALL}
"""Every paper that a methods paragraph can cite, by key."""
