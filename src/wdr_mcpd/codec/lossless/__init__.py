"""A group of slices without loss, voxel by voxel: prediction in the image, mixed and coded adaptively."""

from wdr_mcpd.codec.lossless.coder import decode, encode

__all__ = ["decode", "encode"]
