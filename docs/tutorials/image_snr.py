# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # The signal-to-noise ratio of an MR image
#
# How strong is the signal of an image compared with its noise? There is no single agreed way to measure that, but
# most ways go back to one formula:
#
# $$\mathrm{SNR} = \frac{\text{mean of the foreground}}{\text{SD of the background}} \times \sqrt{2 - \frac{\pi}{2}}$$
#
# The foreground is where there is signal, the background is air. In this notebook you find the two, put them into
# the formula step by step, and then ask what the number is worth. Each task is followed by its answer: try it
# yourself before you read on.
#
# The last part is about series of images: temporal SNR.

# %%
# %matplotlib inline
import hashlib
import json
import os
import tempfile
from pathlib import Path
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np

import mrsnr
from mrsnr import figures, ukat

# %% [markdown]
# ## 1. The data
#
# The notebook takes the first of these that it finds, and it never downloads by itself:
#
# 1. **Public kidney scans**, if they are already on this machine. To get them, type
#    `mrsnr fetch t2w_volume_philips t1w_volume_philips t2star_philips tsnr_high_philips tsnr_low_philips` in a
#    terminal, once, and run the notebook again. `mrsnr fetch --list` says what they are.
# 2. **A folder of scans** that the environment variable `MRSNR_TUTORIAL_DATA` names. The names of the files that it
#    must have are in the second cell below.
# 3. **A digital phantom**: a drawing of an abdomen with computed noise. It needs no file, and we know its true SNR.


# %%
def in_cache(name: str) -> bool:
    """Whether the file of a public sample is here, complete and unchanged."""
    sample = mrsnr.data.SAMPLES[name]
    file = mrsnr.data.cache_folder() / sample.file
    return file.is_file() and hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest() == sample.md5


def public() -> SimpleNamespace:
    """Philips scans of kidneys; the time series were made with a good and with a poor coil."""
    data, affine, times = ukat.fetch.t2star_philips()
    t2w, t1w, high, low = (
        mrsnr.load(mrsnr.data.fetch(name))
        for name in ("t2w_volume_philips", "t1w_volume_philips", "tsnr_high_philips", "tsnr_low_philips")
    )
    echoes = mrsnr.Image(data, affine)
    return SimpleNamespace(
        image=t2w, others={"T1W": t1w}, echoes=echoes, times=times, kidneys=None, high=high, low=low, mask=None
    )


# %%
def folder_of_scans(folder: Path) -> SimpleNamespace:
    """Scans of kidneys from three vendors; a series of a still phantom, and the same one with noise added."""
    ge = folder / "kidney-ge" / "00720__Magnitude_ims__B0_map_dual_echo_e1.nii.gz"
    philips = folder / "kidney-philips" / "01001__B0_map_expiration_volume_2DMS_product_auto_e1.nii.gz"
    siemens = folder / "kidney-siemens" / "0039_bh_b0map_default_bh_b0map_default_e1.nii.gz"
    first, second = mrsnr.load(ge), mrsnr.load(str(ge).replace("_e1.", "_e2."))
    sides = {"left kidney": "_roi-L.", "right kidney": "_roi-R."}
    high = mrsnr.load(folder / "pcasl-phantom" / "DERIVED_pcasl_phantom_6sl_60dyn_stored.nii.gz")
    found = mrsnr.temporal(high)
    added = 3 * np.median(found.noise[found.mask])  # of the SD: noise adds up in squares, so tSNR falls by sqrt(10)
    poor = np.abs(np.asarray(high.data) + np.random.default_rng(0).normal(scale=added, size=high.shape))
    return SimpleNamespace(
        image=mrsnr.load(folder / "kidney-t2w" / "test_sub_02.nii.gz"),
        others={
            "T2W, another person": mrsnr.load(folder / "kidney-t2w" / "test_sub_01.nii.gz"),
            "gradient echo, Philips": mrsnr.load(philips),
            "gradient echo, Siemens": mrsnr.load(siemens),
        },
        echoes=mrsnr.Image(np.stack([first.data, second.data], axis=-1), first.affine),
        times=np.array([first.meta["te"], second.meta["te"]]),
        kidneys={name: mrsnr.load(str(ge).replace("_e1.", f"_e1{end}")) for name, end in sides.items()},
        high=high,
        low=mrsnr.Image(poor, high.affine),
        mask=None,
    )


# %%
def digital_phantom() -> SimpleNamespace:
    """Return the digital phantom in many ways; the renal cortex of the first one has an SNR of 50."""
    phantom = mrsnr.data.phantom
    times, t2star = np.array([0.005, 0.015, 0.025]), 0.025  # s: the signal decays, the noise stays
    scans = [
        phantom((128, 128, 13), sigma=20, scale=1000 * np.exp(-te / t2star), integer=True, seed=n)
        for n, te in enumerate(times)
    ]
    kidneys = np.asarray(scans[0].labels.data)
    high = phantom((96, 96, 5), snr=40, volumes=40, drift=-0.05, fluctuation=0.03)
    return SimpleNamespace(
        image=phantom(snr=50, integer=True).image,
        others={
            "phantom, SNR 20": phantom(snr=20, integer=True).image,
            "phantom, eight coils": phantom(snr=50, channels=8, integer=True).image,
        },
        echoes=mrsnr.Image(np.stack([scan.image.data for scan in scans], axis=-1), scans[0].image.affine),
        times=times,
        kidneys={"left cortex": kidneys == 1, "right cortex": kidneys == 3},
        high=high.image,
        low=phantom((96, 96, 5), snr=10, volumes=40, drift=0.05, fluctuation=0.03, seed=1).image,
        mask=np.isin(high.labels.data, (1, 2, 3, 4)),  # the kidneys
    )


# %%
wanted = ("t2w_volume_philips", "t1w_volume_philips", "t2star_philips", "tsnr_high_philips", "tsnr_low_philips")
missing = [name for name in wanted if not in_cache(name)]
folder = os.environ.get("MRSNR_TUTORIAL_DATA", "")

if not missing:
    source, scans = "public", public()
elif folder and Path(folder).is_dir():
    source, scans = "folder", folder_of_scans(Path(folder))
else:
    source, scans = "phantom", digital_phantom()

print(f"This notebook uses: {source}")
if missing:
    print(f"Not on this machine, of the public data: {', '.join(missing)}")

# %% [markdown]
# ## 2. Look at the image
#
# Always look first. An image is an array of voxels, and an affine that says where the voxels are in the patient.

# %%
image = scans.image
data = np.asarray(image.data, dtype=np.float64)
affine = image.affine

# %% [markdown]
# **Task 1. `data` is a numpy array. What are its dimensions, and how large is a voxel?**
#
# *Answer.* The shape is the number of voxels along x, y and z. The size of a voxel is not in the array: it is in the
# affine, and `voxel_size` reads it from there.

# %%
print("voxels along x, y, z:", data.shape)
print("one voxel is", " x ".join(f"{length:.2f}" for length in image.voxel_size), "mm")

# %% [markdown]
# **Task 2. Show slice 7 in grey.**
#
# *Answer.* `figures.montage` returns a matplotlib figure. Slices are counted from 0, so slice 7 is the eighth. There is
# no need to turn the picture by hand: the affine says which way is up, and the letters on the edges are the patient's
# right (R), left (L), head (S, superior) and feet (I, inferior).

# %%
SLICE = 7
figures.montage(image, slice=SLICE)

# %% [markdown]
# **Task 3. Print `affine`. What does it describe?**
#
# *Answer.* It turns the index of a voxel into a place in millimetres. The first three columns are steps: the first
# says how far, and in which direction, you move when x grows by one; the second is for y, the third for z. So the
# length of a column is the size of a voxel. The last column is the place of voxel (0, 0, 0). The three rows are the
# patient's directions: positive is to the right, to the front and to the head (which is called RAS).

# %%
print(np.array2string(affine, precision=2, suppress_small=True))

# %%
from mrsnr.orientation import explain_affine

for sentence in explain_affine(image):
    print(sentence)

# %% [markdown]
# Try it: where is the middle of the image? Append a 1 to the index and multiply.

# %%
middle = (np.array(data.shape) - 1) / 2
place = affine @ np.append(middle, 1)
print("voxel", middle, "lies at", np.round(place[:3], 1), "mm (right, front, head)")
print("lengths of the columns:", np.round(np.linalg.norm(affine[:3, :3], axis=0), 4), "mm")

# %% [markdown]
# ## 3. Which voxels are air?
#
# Air is dark, tissue is bright. So we sort the voxels by brightness into clusters. The method is a *Gaussian mixture*:
# it supposes that the histogram of intensities is a sum of a few bell curves (Gaussians), and finds the curves that
# fit best. Each voxel then goes to the cluster that it most probably came from.
#
# Machine-learning packages want a table for this: one row for each voxel, one column for each thing measured there.
#
# **Task 4. Such a table is made by `data.reshape(-1, 1)`. Explain what that does.**
#
# *Answer.* `reshape` puts the same numbers, in the same order, into another shape. Here the shape has one column, and
# `-1` means "as many rows as are needed". Where a voxel was in the image is not used: only its brightness counts.
# Since the order is kept, `reshape(data.shape)` brings back the image.

# %%
data_2d = data.reshape(-1, 1)
print(data.shape, "->", data_2d.shape)
print("and back again, unchanged:", np.array_equal(data_2d.reshape(data.shape), data))

# %% [markdown]
# `mrsnr` goes one step further. A million voxels have only some thousand different intensities. It counts how often
# each occurs, and fits the mixture to the counts: the same answer as from all voxels, far sooner. The fit is the one of
# scikit-learn's `BayesianGaussianMixture`; it starts from the best division into three, not from a random one, so it
# gives the same answer every time.

# %%
from mrsnr.intensities import assign, count
from mrsnr.mixture import fit_standardised

counts = count(data)
fitted = fit_standardised(counts, clusters=3)
print(f"{data.size} voxels, {counts.values.size} different intensities")
print("mean of each cluster:       ", np.round(fitted.means, 1))
print("SD of each cluster:         ", np.round(np.sqrt(fitted.variances), 1))
print("fraction of all the voxels: ", np.round(fitted.weights, 3))

# %% [markdown]
# One mean is far below the others: that is probably the background. Now every voxel gets the number of its cluster.

# %%
clusters = assign(data, counts, fitted.predict(counts.values))
print("shape:", clusters.shape, " values:", np.unique(clusters))

# %% [markdown]
# **Task 5. Make a binary image of each cluster, show all three in the 'inferno' colours, and check that the darkest
# one is the background.**
#
# *Answer.* Comparing an array with a number gives `True` and `False` for each voxel: a mask.

# %%
cluster_0, cluster_1, cluster_2 = (clusters == number for number in range(3))
for number, mask in enumerate((cluster_0, cluster_1, cluster_2)):
    print(f"cluster {number}: {mask.sum():7d} voxels, mean intensity {data[mask].mean():8.1f}")

# %% [markdown]
# `mrsnr.measure` does all of this in one call if it is asked for the method `mixture`, and `figures.cluster_maps` shows
# what it found. We come back to its number later; here we want the pictures.

# %%
result = mrsnr.measure(image, method="mixture", clusters=3)
figures.cluster_maps(result, slice=SLICE)

# %% [markdown]
# Looking is one check. Here is another one: the patient lies in the middle, the air around. How much of each cluster is
# in the middle half of the slices, half along x and half along y? If it were spread evenly, a quarter of it.

# %%
background = clusters == np.argmin(fitted.means)
middle_half = tuple(slice(size // 4, -(size // 4)) for size in data.shape[:2])
in_the_middle = [mask[middle_half].sum() / mask.sum() for mask in (cluster_0, cluster_1, cluster_2)]
for number, share in enumerate(in_the_middle):
    print(f"{share:6.1%} of cluster {number} is in the middle half of the slices")
print("the darkest cluster is number", np.argmin(fitted.means))

# %% [markdown]
# ## 4. The SNR by the formula
#
# **Task 6. What does `foreground = ~background` do?**
#
# *Answer.* `~` means "not": `True` becomes `False` and `False` becomes `True`. So the foreground is every voxel that is
# not background. That holds for arrays of booleans only! On whole numbers `~` flips the bits: `~1` is -2.

# %%
foreground = ~background
print(background[0, 0, 0], "->", foreground[0, 0, 0])
print("together they are the whole image:", background.sum() + foreground.sum() == data.size)

# %% [markdown]
# Now the mean of the foreground. Mind the difference between a mask and an image! `np.mean(foreground)` is the mean of
# zeros and ones: which *part* of the image is foreground. We want the mean of the image's voxels in there.

# %%
mean_foreground = np.mean(data[foreground])
print(f"np.mean(foreground)       = {np.mean(foreground):.4f}   (a fraction: not what we want)")
print(f"np.mean(data[foreground]) = {mean_foreground:.4f}")

# %% [markdown]
# **Task 7. Calculate the standard deviation of the background.**

# %%
std_background = np.std(data[background])
print(f"np.std(data[background])  = {std_background:.4f}")

# %% [markdown]
# **Task 8. Calculate the SNR.**
#
# *Answer.* Put the two into the formula. But first: where does $\sqrt{2 - \pi/2} = 0.655$ come from?
#
# A scanner receives a complex number for each voxel, and its real and its imaginary part both have noise of some SD,
# called sigma. That sigma is the noise we want. The image shows the *magnitude*, which cannot be negative. Where there
# is no signal, the magnitude follows the Rayleigh distribution, and that is narrower: its SD is 0.655 sigma. So sigma
# is the SD of air divided by 0.655. Try it with computed noise of sigma 1:

# %%
rng = np.random.default_rng(0)
air = np.abs(rng.normal(size=1_000_000) + 1j * rng.normal(size=1_000_000))
print(f"SD of the air {air.std():.4f}, the formula's factor {np.sqrt(2 - np.pi / 2):.4f}")
print(f"mean / SD of the air {air.mean() / air.std():.3f}  (remember this one: 1.913)")

# %%
snr_by_hand = mean_foreground / std_background * np.sqrt(2 - np.pi / 2)
print(f"by hand:       {snr_by_hand:.10f}")
print(f"mrsnr.measure: {result.value:.10f}")
print(f"they differ by {abs(snr_by_hand / result.value - 1):.0e} of the value")

# %% [markdown]
# ## 5. How many clusters?
#
# We asked for three. Why three? There is no good reason.
#
# **Task 9. Try 2, 4 and 5 clusters. How much does the result change?**

# %%
by_clusters = {}
for number in (2, 3, 4, 5):
    other = mrsnr.measure(image, method="mixture", clusters=number)
    by_clusters[number] = other.value
    darkest, share = other.noise.means[0], other.noise.region.mean()
    print(f"{number} clusters: SNR {other.value:7.2f}   darkest mean {darkest:6.1f}, {share:.1%} of the voxels")
print(f"the largest is {max(by_clusters.values()) / min(by_clusters.values()):.2f} times the smallest")

# %% [markdown]
# Nothing about the image or its noise was changed, only how we asked. With other clusters dark tissue is put in or
# left out, bright air too, and the SD follows. If these numbers are far apart, the choice of three decides your result.
# `result.noise.by_clusters` always has all four of them, and `measure` warns if they disagree.

# %% [markdown]
# ## 6. The SNR of every voxel
#
# **Task 10. Calculate the iSNR map, and show the same slice.**
#
# *Answer.* The same formula, with each voxel instead of the mean of the foreground.

# %%
isnr_map = data / std_background * np.sqrt(2 - np.pi / 2)
print("equal to the map of mrsnr.measure:", np.allclose(isnr_map, result.map, rtol=1e-12))
print(f"the mean of the map in the foreground is the SNR again: {isnr_map[foreground].mean():.4f}")

# %%
figures.snr_map(result, slice=SLICE)

# %% [markdown]
# It is the image again, in other units. One number, sigma, divides every voxel; so the map shows where the *signal* is
# strong. It would not show where the noise is stronger, as it can be with parallel imaging.

# %% [markdown]
# ## 7. Can you trust the number?
#
# The formula holds if the background is air, all of the air, and nothing was done to it. `measure` looks at that.
# Its verdict is `trusted`, `caution` or `refused`, and it gives its reasons.

# %%
print("verdict:", result.verdict)
for reason in result.reasons:
    print(f"- {reason.code}: {reason.sentence}")

# %% [markdown]
# Two of these checks are easy to do by hand.
#
# *Zeros.* Noise is never exactly 0, but for rounding. Many zeros mean that the scanner masked the air: it wrote 0 where
# it saw no patient. Then the SD of "the air" is the SD of mostly zeros.
#
# *Mean over SD.* Both grow with sigma, so their ratio does not depend on it. Untouched air has 1.91. If the background
# holds zeros or a little tissue the ratio is lower. If its brightest voxels went to another cluster, or if it is mostly
# tissue, it is higher.

# %%
zeros = np.mean(data[background] == 0)
mean_over_sd = data[background].mean() / std_background
print(f"exact zeros in the background: {zeros:.1%}")
print(f"mean / SD of the background:   {mean_over_sd:.2f}  (pure noise: {np.sqrt(np.pi / (4 - np.pi)):.2f})")

# %%
figures.noise_mask(result, slice=SLICE)

# %% [markdown]
# How bad can it be? Take the phantom, whose SNR we know, and set its air to zero. The patient, the coil and the noise
# in the kidneys stay what they were.

# %%
zeroed = {}
for air_is in ("noise", "zero"):
    scan = mrsnr.data.phantom(snr=50, air=air_is, integer=True)
    measured = mrsnr.measure(scan.image, method="mixture")
    true = scan.truth.signal[~scan.truth.air].mean() / scan.truth.sigma
    zeroed[air_is] = {"value": measured.value, "true": true, "codes": [reason.code for reason in measured.reasons]}
    print(f"air is {air_is:5}: SNR {measured.value:7.1f}, true {true:.1f}, {measured.verdict}")
    print(f"    {', '.join(zeroed[air_is]['codes'])}")

# %% [markdown]
# A scanner that masks the air seems to be hundreds of times better. So: never compare two scans by this number before
# you have looked at `zeros` and `ratio`. Most clinical scanners do something to the air.

# %% [markdown]
# ## 8. What it gets right
#
# The phantom knows its true SNR, label by label. Let us measure it for weak and for strong noise: once with the three
# clusters, and once with a mask of where the air really is.

# %%
trials = {}
for snr in (5, 10, 20, 50, 100):
    scan = mrsnr.data.phantom((128, 128, 9), snr=snr, integer=True)
    trials[snr] = SimpleNamespace(
        truth=scan.truth,
        voxels=np.asarray(scan.image.data, dtype=np.float64),
        clusters=mrsnr.measure(scan.image, method="mixture", labels=scan.labels),
        mask=mrsnr.measure(scan.image, method="mixture", labels=scan.labels, noise_mask=scan.truth.air),
        auto=mrsnr.measure(scan.image, labels=scan.labels),  # for section 11
    )


# %%
def compare(trial: SimpleNamespace, how: str) -> dict[str, float]:
    """Give, for each label, the measured SNR over the true one."""
    return {row.name: row.snr / trial.truth.snr[row.name] for row in getattr(trial, how).table}


print("measured SNR / true SNR of the left renal cortex")
print(f"{'true':>8} {'three clusters':>16} {'mask of the air':>16}")
for trial in trials.values():
    true = trial.truth.snr["left cortex"]
    print(
        f"{true:8.1f} {compare(trial, 'clusters')['left cortex']:16.3f} {compare(trial, 'mask')['left cortex']:16.3f}"
    )

# %% [markdown]
# The same for each label, in a picture. On the line, measured is true.

# %%
figure, panels = plt.subplots(1, 2, figsize=(10, 5), sharex=True, sharey=True, layout="constrained")
for panel, how, title in zip(panels, ("clusters", "mask"), ("three clusters", "mask of the air"), strict=True):
    for (snr, trial), mark in zip(trials.items(), "os^Dv", strict=True):
        true = [trial.truth.snr[row.name] for row in getattr(trial, how).table]
        panel.loglog(true, [row.snr for row in getattr(trial, how).table], mark, label=f"cortex {snr}", alpha=0.8)
    panel.axline((1, 1), (100, 100), color="black", linewidth=1)
    panel.set(title=title, xlabel="true SNR of a label")
panels[0].set_ylabel("measured SNR")
panels[0].legend(title="phantom with SNR of")
plt.show()

# %% [markdown]
# With the right air, the formula is right: within 2 % where the SNR of a label is above 8. Weaker labels read high,
# because the magnitude of noise is never 0: noise passes for signal. (That can be corrected; see section 11.)
#
# With the clusters, every label reads high, and the more so the stronger the noise. The clusters cut: the brightest
# voxels of the air are taken for tissue. What is left has too small an SD. How small can be calculated. If everything
# above t sigma is cut off, the Rayleigh distribution has this SD left:


# %%
def sd_left(t: float) -> float:
    """Give the SD of Rayleigh noise cut off at t sigma, over the SD of all of it."""
    m = np.linspace(0, t, 10_001)
    probability = m * np.exp(-(m**2) / 2)
    mean = np.average(m, weights=probability)
    return np.sqrt(np.average((m - mean) ** 2, weights=probability) / (2 - np.pi / 2))


cuts = {}
print(f"{'SNR':>4} {'cut at':>10} {'SD left, calculated':>20} {'sigma measured / true':>22}")
for snr, trial in trials.items():
    noise = trial.clusters.noise
    cut = trial.voxels[noise.region].max() / trial.truth.sigma
    cuts[snr] = {"predicted": sd_left(cut), "seen": noise.sigma / trial.truth.sigma}
    print(f"{snr:4d} {cut:4.2f} sigma {cuts[snr]['predicted']:20.3f} {cuts[snr]['seen']:22.3f}")

# %% [markdown]
# The calculation explains the error to a few percent (the rest is dark tissue that went into the darkest cluster). So
# the number of the clusters is good where the SNR is high and the air was left alone, and only there.

# %% [markdown]
# ## 9. Other data sets
#
# **Extension task. Measure the SNR of other images: another contrast, and a T2\* series.**

# %%
others = {}
for name, scan in scans.others.items():
    measured = mrsnr.measure(scan, method="mixture")
    others[name] = measured.value
    print(f"{name}: SNR {measured.value:.2f}, {measured.verdict}")
    for reason in measured.reasons:
        print(f"  - {reason.code}: {reason.sentence}")

# %% [markdown]
# A T2\* series has several echoes: the same slices, read out later and later after the pulse, while the signal decays.
# `measure` returns one result for each echo.

# %%
results = mrsnr.measure(scans.echoes, method="mixture", labels=scans.kidneys)
for te, echo in zip(scans.times, results, strict=True):
    labels = ", ".join(f"{row.name} {row.snr:.1f}" for row in echo.table)
    print(f"echo time {1000 * te:5.2f} ms: SNR {echo.value:6.2f}, sigma {echo.noise.sigma:6.2f}   {labels}")

# %%
figures.snr_map(*results, slice=SLICE)

# %% [markdown]
# The noise of a scanner does not know about echo times: sigma should be the same in all echoes. The measured sigma is
# not. As the signal changes, the clusters cut the air elsewhere, and so the SNR changes for two reasons, of which only
# one is the signal.
#
# `ukat` measures all echoes as one image. `mrsnr.ukat` does the same, for those who come from there; but one number for
# several echoes is the SNR of none of them.

# %%
pooled = ukat.snr.Isnr(np.asarray(scans.echoes.data), scans.echoes.affine).isnr
print(f"per echo: {', '.join(f'{echo.value:.2f}' for echo in results)};  all in one: {pooled:.2f}")

# %% [markdown]
# ## 10. The histogram and its Gaussians
#
# **Expert task. Plot the histogram of the intensities, and on the same scale the Gaussians that the mixture found.**
#
# *Answer.* The histogram says how many voxels fall into each bar. So ask each Gaussian the same: its weight, times the
# number of all voxels, times its probability between the two edges of the bar.

# %%
from scipy.special import ndtr  # the probability that a Gaussian of mean 0 and SD 1 is below a value

edges = np.linspace(data.min(), data.max(), 201)
seen, _ = np.histogram(data, edges)
expected = np.zeros(seen.size)
for mean, variance, weight in zip(fitted.means, fitted.variances, fitted.weights, strict=True):
    expected += weight * data.size * np.diff(ndtr((edges - mean) / np.sqrt(variance)))
print(f"voxels in the histogram {seen.sum()}, expected by the Gaussians {expected.sum():.0f}")

# %% [markdown]
# Where are the missing ones? Below 0: the Gaussians expect voxels there, and a magnitude image has none.
#
# `figures.histogram` draws it. It counts on a log scale, as otherwise one would see only the highest bars, and it shows
# the dark end apart.

# %%
figures.histogram(result)

# %% [markdown]
# Look at the dark end. Does the darkest Gaussian fit the bars? The noise of magnitude images is not Gaussian, and air
# that the scanner masked is not even noise.

# %% [markdown]
# ## 11. Leaving the choice to the data
#
# So far *we* chose: the clusters, how many, and to believe that the darkest one is untouched air. `mrsnr.measure`
# without a method does not take our word for it. It looks for air, tests whether that is noise and nothing else,
# measures the noise a second time in the tissue, and compares. It gives an interval of 95 %, and the verdict `trusted`
# if all the tests were passed and the two agree. Where the air was tampered with, it takes the tissue alone; where that
# cannot be seen either, it refuses, and says why.

# %%
auto = mrsnr.measure(image)
if auto.value is None:
    print("no SNR:", auto.verdict)
else:
    bottom, top = auto.interval
    print(f"SNR {auto.value:.2f} ({bottom:.2f} to {top:.2f}), {auto.verdict}, noise from {auto.method}")
for reason in auto.reasons:
    print(f"- {reason.code}: {reason.sentence}")

# %% [markdown]
# This number is not that of section 4, even if the noise is the same: it is the mean over the tissues that were found,
# not over everything that is not air, and the noise that passes for signal is taken out. `auto.table` has the tissues,
# and `figures.label_maps(auto)` shows them. Give `labels=` to say what *you* want to measure.
#
# All of it on one page: where the noise was taken from, the map, the histogram, the verdict and the doubts.

# %%
auto.plot(slice=SLICE)

# %% [markdown]
# In a notebook, a cell that ends with `auto` alone shows the same with a table. `mrsnr.view(auto)` shows the voxels, to
# scroll through (`pip install "mrsnr[viewer]"`).
#
# Now the trials of section 8 again, where we know the truth. No mask of the air was given:

# %%
print(f"{'true':>8} {'three clusters':>16} {'auto':>8} {'95 % of auto':>18}")
for trial in trials.values():
    true = trial.truth.snr["left cortex"]
    row = trial.auto.table[0]
    print(f"{true:8.2f} {compare(trial, 'clusters')['left cortex'] * true:16.2f} {row.snr:8.2f}", end=" ")
    print(f"{row.low:8.2f} to {row.high:.2f}  {trial.auto.verdict}")

# %% [markdown]
# And the phantom whose air was set to zero, which fooled the clusters by a factor of hundreds:

# %%
zeroed_phantom = mrsnr.data.phantom(snr=50, air="zero", integer=True)
honest = mrsnr.measure(zeroed_phantom.image, labels=zeroed_phantom.labels)
print(f"true sigma {zeroed_phantom.truth.sigma:.1f}; {honest.method} gives {np.nanmedian(honest.noise.sigma):.1f}")
print(f"verdict {honest.verdict}: {', '.join(reason.code for reason in honest.reasons)}")

# %% [markdown]
# `mrsnr.compare` runs every method that can measure an image. Where all agree there is little to doubt. Where they do
# not, mind that methods that look at the same air are wrong together.

# %%
compared = {}
for answer in mrsnr.compare(image):
    name = answer.provenance["asked"]
    compared[name] = answer.value
    value = "   none" if answer.value is None else f"{answer.value:7.2f}"
    print(f"{name:9} SNR {value}  {answer.verdict:8} {', '.join(reason.code for reason in answer.reasons)}")

# %% [markdown]
# The surest way needs no air at all: scan twice. `mrsnr.measure(first, repeat=second)` takes the noise from the
# difference of the two.

# %% [markdown]
# ## 12. Temporal SNR
#
# In a series the same slice is measured again and again. Then every voxel tells its own noise: how much it changes
# from volume to volume. No air is needed. Temporal SNR is the mean over time divided by the SD over time, after slow
# drift (a polynomial) was taken out.
#
# **Task. Make a map of a series of high and of one of low quality. Show them on one colour scale. Save both.**

# %%
high, low = mrsnr.temporal(scans.high, mask=scans.mask), mrsnr.temporal(scans.low, mask=scans.mask)
for name, series in (("high", high), ("low", low)):
    print(f"{name}: {series.volumes} volumes, median tSNR in the mask {series.value:.1f}, {series.verdict}")

# %%
figures.tsnr_maps(high, low, slice=2, titles=("high quality", "low quality"))

# %% [markdown]
# The median is taken inside the white line: in the kidneys of the phantom, in all that is bright of other data.
#
# Temporal SNR is not image SNR: what breathes, pulses or moves counts as noise, too. On the phantom the kidneys and
# vessels are darker than their signal alone would make them.
#
# Now the same with `mrsnr.ukat`, and both as NIfTI files. The folder is a temporary one: it vanishes at the end of the
# cell. Give a folder of your own instead.

# %%
with tempfile.TemporaryDirectory() as output:
    high_ukat = ukat.snr.Tsnr(np.asarray(scans.high.data), scans.high.affine)
    low_ukat = ukat.snr.Tsnr(np.asarray(scans.low.data), scans.low.affine)
    high_ukat.to_nifti(output, "high_ukat")
    low_ukat.to_nifti(output, "low_ukat")
    mrsnr.save(high, output, name="high_quality")
    mrsnr.save(low, output, name="low_quality")
    files = sorted(file.name for file in Path(output).iterdir())
    again = np.asarray(mrsnr.load(Path(output) / "high_quality_tsnr_map.nii.gz").data)

print(*files, sep="\n")
print("the map read back is the same:", np.allclose(again, high.map, rtol=1e-6, equal_nan=True))

# %% [markdown]
# `mrsnr.save` writes the mean and the noise, too, and beside each map a JSON file that says how it was made.
#
# ### Why the two are not the same

# %%
kept = high.mask & np.isfinite(high.map) & (high_ukat.tsnr_map != 0)
ratio = high_ukat.tsnr_map[kept] / high.map[kept]
print(f"ukat / mrsnr.temporal: {ratio.mean():.4f} on average, from {ratio.min():.3f} to {ratio.max():.3f}")

# %% [markdown]
# Both fit a parabola in time to each voxel and take it out. They differ in two places.
#
# *The mean.* ukat counts the volumes 1, 2, 3 ... and takes the fitted value at time 0, one step *before* the first
# volume. `mrsnr.temporal` takes the mean over the volumes. If the signal falls, the value before the start is above the
# mean; if it rises, below. And a value outside the data is more uncertain: its SD is about three times the
# mean's.
#
# *The SD.* ukat divides the sum of squares by T, the number of volumes. But a parabola has three free numbers, and they
# take some noise with them. Only T - 3 of T are left, so the sum must be divided by T - 3.
#
# Together, the ratio in each voxel must be (value at time 0 / mean) × √(T / (T - 3)). Is it?

# %%
volumes = scans.high.volumes
times = np.arange(1, volumes + 1)
voxel_series = np.asarray(scans.high.data, dtype=np.float64)[kept].T
at_zero = np.polynomial.polynomial.polyfit(times, voxel_series, 2)[0]
predicted = at_zero / voxel_series.mean(axis=0) * np.sqrt(volumes / (volumes - 3))
print(f"largest difference between predicted and seen: {np.abs(ratio - predicted).max():.0e}")

# %% [markdown]
# And a test with known drift, of a phantom that knows its temporal SNR. A linear drift d, from the first volume to the
# last, moves the value at time 0 by -d/2 - d/(T - 1).

# %%
drifts = {}
print(f"{'drift':>6} {'ukat / true':>12} {'mrsnr / true':>13} {'ukat / mrsnr':>13} {'predicted':>10}")
for drift in (-0.1, 0.0, 0.1):
    scan = mrsnr.data.phantom((96, 96, 5), snr=40, volumes=40, drift=drift)
    bright = scan.truth.tsnr > 15
    true = scan.truth.tsnr[bright]
    theirs = ukat.snr.Tsnr(np.asarray(scan.image.data), scan.image.affine).tsnr_map[bright]
    ours = mrsnr.temporal(scan.image).map[bright]
    expected_ratio = (1 - drift / 2 - drift / 39) * np.sqrt(40 / 37)
    drifts[drift] = {
        "ukat": np.median(theirs / true),
        "mrsnr": np.median(ours / true),
        "ratio": np.mean(theirs / ours),
        "predicted": expected_ratio,
    }
    print(f"{drift:6.2f}" + "".join(f"{value:13.4f}" for value in drifts[drift].values()))

# %% [markdown]
# Drift does not move `mrsnr.temporal`. Its median still reads 1 % high: the SD of 40 volumes is itself uncertain, and
# more often too small than too large. With 10 volumes that would be 5 %. The check `series-length` says so.

# %%
from mrsnr.distributions import median_inverse_sd

print(f"expected from 37 degrees of freedom: {float(median_inverse_sd(37)):.4f}")

# %% [markdown]
# ## What to take home
#
# - SNR is signal over noise. The division is easy; finding the noise is the work.
# - The formula with $\sqrt{2 - \pi/2}$ is right if the background is air that nobody touched, received by one coil.
# - Clusters find the air well if the SNR is high. If it is low, they cut the air and the SNR reads high.
# - Try several numbers of clusters. If the result moves, it is a choice and not a measurement.
# - Look for exact zeros, and for a mean/SD of 1.91. If they are wrong, the number is meaningless, however plausible.
# - Let the data choose (`mrsnr.measure(image)`), read the verdict, and quote the interval. If it refuses, scan twice.
# - Never write down an SNR without saying how it was measured. Compare only what was measured in the same way, on
#   scans that were made in the same way.
# - In a series every voxel tells its own noise: no air is needed. But the SD must count its degrees of freedom, and
#   motion counts as noise.
#
# The same from a terminal: `mrsnr measure scan.nii.gz --slice 7 --out results` (with `--method mixture` for the
# clusters), `mrsnr compare scan.nii.gz` and `mrsnr temporal series.nii.gz`.

# %% [markdown]
# The numbers of this run, for the test that runs this notebook:

# %%
answers = {
    "source": source,
    "shape": data.shape,
    "voxel_size": image.voxel_size,
    "middle": place[:3].tolist(),
    "means": fitted.means.tolist(),
    "masks_agree": bool(np.array_equal(background, result.noise.region)),
    "in_the_middle": in_the_middle,
    "background_up_to": data[background].max(),
    "std_background": std_background,
    "mean_foreground": mean_foreground,
    "snr_by_hand": snr_by_hand,
    "snr_by_measure": result.value,
    "map_mean": isnr_map[foreground].mean(),
    "by_clusters": by_clusters,
    "verdict": result.verdict,
    "reasons": [reason.code for reason in result.reasons],
    "zeros": zeros,
    "mean_over_sd": mean_over_sd,
    "zeroed": zeroed,
    "trials": {
        snr: {
            "true": dict(trial.truth.snr),
            "voxels": {row.name: row.voxels for row in trial.mask.table},
            "clusters": compare(trial, "clusters"),
            "auto": {row.name: [row.snr, row.low, row.high] for row in trial.auto.table},
            "auto_verdict": trial.auto.verdict,
            "mask": compare(trial, "mask"),
        }
        for snr, trial in trials.items()
    },
    "cuts": cuts,
    "auto": {"value": auto.value, "interval": auto.interval, "method": auto.method, "verdict": auto.verdict},
    "honest": {
        "method": honest.method,
        "verdict": honest.verdict,
        "sigma": [float(np.nanmedian(honest.noise.sigma)), zeroed_phantom.truth.sigma],
    },
    "compared": compared,
    "others": others,
    "echoes": [{"value": echo.value, "sigma": echo.noise.sigma} for echo in results],
    "pooled": pooled,
    "expected_voxels": expected.sum(),
    "tsnr": {"high": high.value, "low": low.value},
    "files": files,
    "ratio_error": np.abs(ratio - predicted).max(),
    "drifts": drifts,
}
print(json.dumps(answers))
