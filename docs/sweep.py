# %% [markdown]
# # Which threshold suits a volume?
# Jupyter opens this by jupytext; it also runs as `python docs/sweep.py VOLUME`. Without a volume it makes
# a phantom.

# %%
import sys

import matplotlib

import wdr_mcpd

matplotlib.use("Agg")
if len(sys.argv) > 1:
    volume = wdr_mcpd.read_volume(sys.argv[1]).voxels
else:
    from wdr_mcpd.data.phantom import phantom

    volume = phantom(1, 1, slices=12, size=64).voxels

# %% [markdown]
# The average MCPD of each slice, and what T = 0.5 selects.

# %%
average = wdr_mcpd.average_mcpd(volume)
selected = wdr_mcpd.select(average, 0.5)
print(f"{selected.sum()} of {len(volume)} slices are selected")

# %% [markdown]
# Each threshold at equal total bits; the best one for the whole exam.

# %%
gains = wdr_mcpd.sweep(volume, thresholds={"start": 0.1, "stop": 1.2, "num": 23}, rates=[0.5, 1.0])
best = gains.loc[gains.groupby("rate_bpv")["exam_gain_db"].idxmax()]
print(best[["rate_bpv", "threshold_mcpd", "selected_slices", "exam_gain_db"]].to_string(index=False))

# %%
values = ["selected_gain_db", "exam_gain_db"]
axes = gains[gains["rate_bpv"] == 1].plot(x="threshold_mcpd", y=values, drawstyle="steps-post")
axes.set_title("Gains over 3D-WDR at 1 bit per voxel")
axes.set_xlabel("threshold T (MCPD in standard deviations)")
axes.set_ylabel("dB")
axes.figure.savefig("sweep_notebook.png")
