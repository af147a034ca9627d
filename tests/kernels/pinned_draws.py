"""Values of every drawing function to the last bit: any Python, platform and compiler setting must give these.

``python tests/kernels/pinned_draws.py`` prints what this interpreter gives; the table was made by compiled code on x86-64,
Python 3.11.  It changes only if a formula does, and then every run of every layout does too.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable
from hashlib import blake2b

import numpy as np

from fabsim.kernels import draws, maths
from fabsim.kernels.philox import hash_words, mix64, uniforms

SAMPLE = 200
TABLE = np.array([1.0, 2.5, 40.0])

PARAMETERS = {
    "constant": (draws.CONSTANT, 2.5, 0.0, 0.0),
    "uniform": (draws.UNIFORM, 45.0, 5.0, 0.0),
    "exponential": (draws.EXPONENTIAL, 20.0, 0.0, 0.0),
    "normal": (draws.NORMAL, 45.0, 5.0, 0.0),
    "cut_normal": (draws.NORMAL, 2.0, 3.0, 0.0),
    "lognormal": (draws.LOGNORMAL, 3.0, 0.5, 0.0),
    "gamma_small": (draws.GAMMA, 3.0, 0.4, 0.0),
    "gamma": (draws.GAMMA, 3.0, 7.0, 0.0),
    "gamma_large": (draws.GAMMA, 3.0, 400.0, 0.0),
    "weibull": (draws.WEIBULL, 45.0, 1.5, 0.0),
    "triangular": (draws.TRIANGULAR, 40.0, 45.0, 60.0),
    "empirical": (draws.EMPIRICAL, 1.0, 2.0, 0.0),
}
"""Kind, a, b and c of a few distributions."""


def _drawn(name: str) -> Callable[[float, float], float]:
    kind, a, b, c = PARAMETERS[name]
    return lambda u, _: draws.draw(kind, a, b, c, TABLE, u)


def _wide(u: float, v: float) -> float:
    """Give a number between 2^-500 and 2^500."""
    return (0.5 + u) * maths.power_of_two(math.floor(1000.0 * (v - 0.5)))


CASES: dict[str, Callable[[float, float], float]] = {
    "log": lambda u, v: maths.log(_wide(u, v)),
    "exp": lambda u, _: maths.exp(1400.0 * (u - 0.5)),
    "log_gamma": lambda u, v: maths.log_gamma(20.0 * u * v),
    "normal_cdf": lambda u, _: maths.normal_cdf(20.0 * (u - 0.5)),
    "normal_quantile": lambda u, _: maths.normal_quantile(u),
    "normal_quantile_far": lambda u, v: maths.normal_quantile(u * v * maths.power_of_two(-60)),
    "gamma_quantile": lambda u, v: maths.gamma_quantile(u, 5.0 * v + 0.01),
    "mix64": lambda u, v: float(mix64(np.uint64(u * 2.0**60)) >> np.uint64(12)) + v,
    "hash_words": lambda u, v: float(hash_words(int(u * 2.0**40), -3, int(-v * 2.0**60), 0, 1, 2) >> np.uint64(12)),
    "binomial": lambda u, v: draws.binomial_quantile(1 + int(700 * v), u, v),
} | {name: _drawn(name) for name in PARAMETERS}


def values(name: str) -> list[float]:
    """Give one function's values at fixed uniforms."""
    case = CASES[name]
    blocks = (uniforms(np.uint64(1), np.uint64(2), np.uint64(i)) for i in range(SAMPLE))
    return [float(case(block[0], block[1])) for block in blocks]


def rows() -> dict[str, list[str]]:
    """Give, for each function, its first two values and a hash of all of them."""
    table = {}
    for name in CASES:
        found = values(name)
        packed = struct.pack(f"<{SAMPLE}d", *found)
        table[name] = [found[0].hex(), found[1].hex(), blake2b(packed, digest_size=8).hexdigest()]
    return table


PINNED = {
    "log": ["0x1.17f7f374b9ee4p+5", "0x1.ec873c5a8777dp+7", "5bf471072033e0ee"],
    "exp": ["0x1.2fa577de3a4aap+814", "0x1.6ba4a11b0ee4ep+439", "a48e04d742a696b9"],
    "log_gamma": ["0x1.959992d459c95p+3", "0x1.22fc1101d4a47p+4", "98bba762b9c74fe0"],
    "normal_cdf": ["0x1.ffffffffffffdp-1", "0x1.ffff1db632033p-1", "2be2c5dde8b545af"],
    "normal_quantile": ["0x1.4cb516397c0d9p+0", "0x1.26c65b995b18ep-1", "145ee3768bd0c897"],
    "normal_quantile_far": ["-0x1.1b40965ddf210p+3", "-0x1.1a7f8467f3f5cp+3", "1d51e413e64bd14d"],
    "gamma_quantile": ["0x1.423ff63bf9fcfp+2", "0x1.4d6237a434f0dp+2", "0008d264c42cd1b9"],
    "mix64": ["0x1.c7919526e5196p+50", "0x1.f560528fbb1f7p+49", "3d2c06f6c59c8317"],
    "hash_words": ["0x1.8664dffcad280p+45", "0x1.7bb66e6a20314p+51", "7514511bd2467edb"],
    "constant": ["0x1.4000000000000p+1", "0x1.4000000000000p+1", "54af8e2475500261"],
    "uniform": ["0x1.88404180d8000p+5", "0x1.79687c7418000p+5", "b79af5674feb04fd"],
    "exponential": ["0x1.7583984f123c8p+5", "0x1.949eb592f59a2p+4", "15924d5cb064a89f"],
    "normal": ["0x1.9bfc4b78fb622p+5", "0x1.7f077f27fb1dfp+5", "9262f15c6927e701"],
    "cut_normal": ["0x1.97f4e75c8a705p+2", "0x1.1a1acd18ef256p+2", "98ad139bcb6c5b06"],
    "lognormal": ["0x1.33bddc9db695ep+5", "0x1.ac91fed09d0eep+4", "870cb039fde47dd2"],
    "gamma_small": ["0x1.baebd77576540p+1", "0x1.4bd97ae9cab1cp+0", "52e283d5a7787ba1"],
    "gamma": ["0x1.fc8f2a55f4e52p+4", "0x1.8c97123fdba78p+4", "416fb76b15a40c34"],
    "gamma_large": ["0x1.3fa8ddfe39f92p+10", "0x1.34770258a64d5p+10", "36659883b02f7bcf"],
    "weibull": ["0x1.3cc295fc88f10p+6", "0x1.a4f413c411b29p+5", "4cb0139b0eab5e06"],
    "triangular": ["0x1.b4e0042edecfcp+5", "0x1.965d8f56fff2ap+5", "5d78b4b83b397a8e"],
    "binomial": ["0x1.5d00000000000p+8", "0x1.ba00000000000p+8", "b38545651ef75a75"],
    "empirical": ["0x1.4000000000000p+5", "0x1.4000000000000p+5", "30681a4b3dbbe127"],
}

if __name__ == "__main__":
    print(json.dumps(rows(), indent=4))
