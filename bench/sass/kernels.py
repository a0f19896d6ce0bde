"""The main kernels, and how many instructions an element may cost.

A kernel is named by the object that has it and by its demangled name, shortened; `loop`
says that the loop that moves most is looked at, not a thread's whole path. Elements are
counted by what is stored (STG) or loaded (LDG): `size` bytes each. `through` says that
one turn of a loop is looked at that passes a block with so many instructions of these
names, and none `without`.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kernel:
    what: str
    source: str  # relative to kernels/
    name: str
    bar: float
    loop: bool = False
    access: str = "STG"
    size: int = 4
    registers: int = 128  # at most
    through: dict = None
    without: str = ""
    stack: int = 0  # bytes, at most, that a function of the library needs


# Columns: 0 dense, 1 one number for all, 2 any stride.
_elementwise = [
    Kernel(f"{what}, {form}", "unified/elementwise.cpp", name, bar)
    for what, functor, any_extents in (
        ("fill", "Fill<float, {0}>", 24),
        ("copy", "Copy<float, false, {0}, {0}>", 32),
        ("copy and add", "Copy<float, true, {0}, {0}>", 34),
        ("multiply", "Multiply<float, false, {0}, {0}, {0}>", 38),
        ("multiply and add", "Multiply<float, true, {0}, {0}, {0}>", 40),
    )
    for form, name, bar in (
        ("one line, aligned", f"line_kernel<{functor.format(0)}, true>", 12),
        ("one line", f"line_kernel<{functor.format(0)}, false>", 12),
        ("dense columns", f"elements_kernel<{functor.format(0)}, unsigned int, int>",
         any_extents),
        ("any strides", f"elements_kernel<{functor.format(2)}, unsigned int, int>",
         any_extents),
    )
]

_rows = [
    Kernel(f"{what}, {form}", source, name, bar)
    for what, source, functor in (
        ("load a row", "unified/rows.cpp", "LoadRow<float, false, {0}>"),
        ("store a row", "unified/rows.cpp", "StoreRow<float, false, {0}>"),
    )
    for form, name, bar in (
        ("one line, aligned", f"line_kernel<{functor.format(0)}, true>", 12),
        ("one line", f"line_kernel<{functor.format(0)}, false>", 12),
        ("any strides", f"elements_kernel<{functor.format(2)}, unsigned int, int>", 32),
    )
]

_lif = "NeuronScan<Lif<TaylorMath<6> >, {0}, true>"
_rate = "NeuronRate<LifRate<FullRangeMath>, true>"
_gradient = "NeuronRateBackward<LifRate<FullRangeMath>, true, false>"
_reduce = "SumProduct<float, {0}, false, 2>"

# The interpreter of pointwise programs: one instruction, for four elements.
_pointwise = [
    Kernel(f"program, {operation}", "unified/pointwise.cpp",
           f"program_kernel<Interpreter<float>, {registers}>", 20, access="STS",
           registers=64, through=through, without="STG", stack=32)
    for registers in (8, 24)
    for operation, through in (
        ("add", {"FADD": 4, "FMUL": 0, "LDS": 2, "STS": 1}),
        ("multiply", {"FMUL": 4, "FADD": 0, "LDS": 2, "STS": 1}),
        ("max", {"FSETP": 8, "FSEL": 4, "LDS": 2, "STS": 1}),
        ("where", {"FSETP": 4, "FSEL": 4, "LDS": 3, "STS": 1}),
    )
]

# Stored numbers become those of a simulator.
_items = [
    Kernel(f"select items{what}", "unified/gather.cpp",
           f"elements_kernel<SelectItems<{functor}>, unsigned int, int>", bar)
    for what, functor, bar in (
        ("", "float, float, 0, Unscaled", 40),
        (" of bytes", "unsigned char, float, 0, Unscaled", 40),
        (" of bytes, multiplied", "unsigned char, float, 0, Scaled", 44),
        (" in double precision", "double, float, 0, Unscaled", 42),
    )
]

KERNELS = [
    *_elementwise,
    *_rows,
    *_pointwise,
    *_items,
    Kernel("add a bias", "cuda/conv_layout.cu",
           "elements_kernel<AddBias<float>, unsigned int, long>", 26),
    # Two addresses and the limits of three extents beside the four that are launched.
    Kernel("pad images", "cuda/conv_layout.cu",
           "elements_kernel<Pad, unsigned int, long>", 48),
    Kernel("crop images", "cuda/conv_layout.cu",
           "elements_kernel<Crop, unsigned int, long>", 50),
    Kernel("LIF", "neurons/lif.cpp", f"scan_kernel<{_lif.format(0)} >", 48,
           loop=True, registers=64),
    Kernel("LIF and filter", "neurons/lif.cpp",
           f"scan_kernel<{_lif.format(1)} >", 50, loop=True, registers=64),
    Kernel("LIF, filter and output", "neurons/lif.cpp",
           f"scan_kernel<{_lif.format(2)} >", 54, loop=True, size=8, registers=64),
    Kernel("LIF rate", "neurons/lif_rate.cpp",
           f"stateless_kernel<{_rate}, unsigned int>", 110, loop=True, registers=64),
    Kernel("LIF rate, gradient", "neurons/lif_rate.cpp",
           f"columns_kernel<{_gradient} >", 160, loop=True, registers=64),
    Kernel("sum", "unified/reduce.cpp", f"columns_kernel<{_reduce.format('false')} >", 10,
           loop=True, access="LDG"),
    Kernel("sum of products", "unified/reduce.cpp",
           f"columns_kernel<{_reduce.format('true')} >", 15, loop=True, access="LDG",
           size=8),
    Kernel("partial sums", "unified/reduce.cpp",
           f"finish_columns_kernel<{_reduce.format('false')} >", 15, loop=True,
           access="LDG", size=8),
]
