"""A group of slices without loss, voxel by voxel: prediction in the image, mixed and coded adaptively."""

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.lossless import combining, leastsquares, matching, pixels, residual
from wdr_mcpd.codec.rangecoder import finish, Channel, NEVER

# (slice, row, column) of neighbours, nearest first: the first is the reference
NEIGHBOURS = (
    (0, 0, -1), (0, -1, 0), (0, -1, -1), (0, -1, 1), (-1, 0, 0), (0, 0, -2), (0, -2, 0), (-1, 0, 1),
    (-1, 1, 0), (-1, 0, -1), (-1, -1, 0), (0, -1, 2), (0, -1, -2), (0, -2, -1), (0, -2, 1), (0, 0, -3),
    (0, -3, 0), (0, -2, 2), (0, -2, -2), (-1, 1, 1), (-1, 1, -1), (-1, -1, 1), (-1, -1, -1), (0, -1, 3),
    (0, -1, -3), (0, -3, -1), (0, -3, 1), (-1, 0, 2), (-1, 2, 0), (-1, 0, -2), (-1, -2, 0), (0, -2, 3),
)
EFFORTS={
 1: dict(windows=[(16,[7,15],[.75,.5,1e-2,50.,1.,6.],2)],match=0),
 2: dict(windows=[(32,[7,15,31],[.7,.5,1e-2,50.,1.,6.],1),(32,[7,15,31],[.9,.5,2e-3,50.,1.,6.],2)],match=16),
}
STACK=[.93,0.,.03,16.,1.,6.]

def model(shape,low,effort):
    E=EFFORTS[effort]
    _,rows,columns=shape
    M=pixels.MARGIN
    stride=columns+2*M; pitch=(rows+2*M)*stride
    off=np.array([(s*pitch+y*stride+x) for s,y,x in NEIGHBOURS],np.int64)
    windows=tuple(leastsquares.window(off[:n],o,st,rows,columns) for n,o,st,_ in E['windows'])
    K=sum(len(o) for _,o,_,_ in E['windows'])+(1 if E['match'] else 0)
    return pixels.Model(np.full(2*pitch,float(low)),windows,np.array([w[3] for w in E['windows']],np.int64),
        matching.places(off[:E['match']],columns),combining.errors(K,columns),
        leastsquares.window(np.zeros(K+1,np.int64),[K],STACK[:5]+[float(K)],rows,columns),
        residual.statistics(rows,columns),np.zeros(K))

def encode(volume, low, high, effort=2):
    v=np.ascontiguousarray(volume,np.int32).copy()
    ch=Channel(np.zeros(4*v.size+1024,np.uint8),True,NEVER)
    state,n=pixels.code_slices(ch,v,model(v.shape,low,effort),low,high)
    return ch.data[:finish(state,ch.data)]

def decode(payload,shape,low,high,effort=2):
    v=np.zeros(shape,np.int32)
    state,n=pixels.code_slices(Channel(np.ascontiguousarray(payload),False,NEVER),v,model(shape,low,effort),low,high)
    return v,n
