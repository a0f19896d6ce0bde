"""bench/sass on small disassemblies: control flow, paths and counts."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench" / "sass"))

from disassembly import functions, loops, turns, whole_path  # noqa: E402
from sass import short_name  # noqa: E402


def disassembled(*lines, name="f", usage="REG:24 STACK:8 SHARED:0 LOCAL:4"):
    """What cuobjdump prints: an instruction every 16 bytes, and its encoding."""
    code = "\n".join(
        f"        /*{16 * i:04x}*/   {line} ;   /* 0x00000a00ff017b82 */\n"
        "                              /* 0x000fe20000000800 */"
        for i, line in enumerate(lines))
    return functions(f" Function {name}:\n  {usage} TEXTURE:0\n"
                     f"\t\tFunction : {name}\n{code}\n")[name]


def opcodes(path):
    return [instruction.opcode for instruction in path.instructions]


class Disassembly(unittest.TestCase):
    def test_reads_registers_and_local_memory(self):
        function = disassembled("EXIT")
        self.assertEqual((function.registers, function.spilled), (24, 12))

    def test_reads_predicates_and_widths(self):
        function = disassembled("@!P0 LDG.E.128 R4, desc[UR4][R2.64]",
                                "STG.E.U8 desc[UR4][R2.64], R4", "EXIT")
        load, store, _ = function.code
        self.assertEqual(load.predicate, "!P0")
        self.assertEqual(load.bytes_of("LDG"), 16)
        self.assertEqual(load.bytes_of("STG"), 0)
        self.assertEqual(store.bytes_of("STG"), 1)


class Turns(unittest.TestCase):
    # A loop of two cases, after one of which something may be stored.
    LINES = ("NOP", "ISETP.GE P0, PT, R0, R1, PT", "@P0 BRA 0x60", "LDS R2, [R3]",
             "FADD R2, R2, R4", "BRA 0x80", "FMUL R2, R2, R4", "FMUL R2, R2, R4",
             "ISETP.GE P1, PT, R0, R1, PT", "@P1 BRA 0xb0",
             "STG.E desc[UR4][R2.64], R4", "STS [R3], R2", "@P2 BRA 0x10", "EXIT")

    def test_pass_the_block_that_is_asked_for(self):
        path, = turns(disassembled(*self.LINES), "STS", {"FADD": 1}, "STG")
        self.assertEqual(opcodes(path),
                         ["ISETP.GE", "BRA", "LDS", "FADD", "BRA", "ISETP.GE", "BRA",
                          "STS", "BRA"])

    def test_may_pass_what_is_not_barred(self):
        path, = turns(disassembled(*self.LINES), "STS", {"FMUL": 2}, "")
        self.assertEqual(opcodes(path),
                         ["ISETP.GE", "BRA", "FMUL", "FMUL", "ISETP.GE", "BRA", "STG.E",
                          "STS", "BRA"])

    def test_are_none_where_no_loop_has_the_block(self):
        self.assertEqual(turns(disassembled(*self.LINES), "STS", {"EXIT": 1}, ""), [])
        self.assertEqual(turns(disassembled(*self.LINES), "STS", {"FADD": 2}, ""), [])


class WholePath(unittest.TestCase):
    def test_takes_the_longer_branch_and_leaves_out_what_does_nothing(self):
        function = disassembled("ISETP.GE P0, PT, R0, R1, PT", "@P0 BRA 0x40", "NOP",
                                "EXIT", "IADD3 R0, R0, R1, RZ", "MUFU.RCP R0, R0",
                                "EXIT", "BRA 0x70")
        path = whole_path(function, "STG")
        self.assertEqual(opcodes(path),
                         ["ISETP.GE", "BRA", "IADD3", "MUFU.RCP", "EXIT"])
        self.assertEqual(path.slow, 1)

    def test_prefers_the_branch_that_moves_more(self):
        function = disassembled("@P0 BRA 0x30", "STG.E desc[UR4][R2.64], R4", "EXIT",
                                "IADD3 R0, R0, R1, RZ", "IADD3 R0, R0, R1, RZ",
                                "IADD3 R0, R0, R1, RZ", "EXIT")
        self.assertEqual(opcodes(whole_path(function, "STG")), ["BRA", "STG.E", "EXIT"])

    def test_follows_a_conditional_exit(self):
        function = disassembled("@P0 EXIT", "IADD3 R0, R0, R1, RZ", "EXIT")
        self.assertEqual(len(whole_path(function, "STG")), 3)

    def test_counts_calls_as_one_instruction(self):
        function = disassembled("CALL.REL.NOINC 0x20", "EXIT", "IADD3 R0, R0, R1, RZ",
                                "RET.REL.NODEC R2 0x0")
        path = whole_path(function, "STG")
        self.assertEqual((len(path), path.calls), (2, 1))

    def test_refuses_jumps_that_it_does_not_understand(self):
        with self.assertRaisesRegex(ValueError, "BRX"):
            whole_path(disassembled("BRX R2 0x0", "EXIT"), "STG")


class Loops(unittest.TestCase):
    NESTED = ("MOV R0, RZ",                      # 00
              "LDG.E R4, desc[UR4][R2.64]",      # 10 outer
              "LDG.E.64 R6, desc[UR4][R8.64]",   # 20 inner
              "@P1 BRA 0x50",                    # 30
              "FADD R4, R4, R6",                 # 40
              "@P0 BRA 0x20",                    # 50
              "@P2 BRA 0x10",                    # 60
              "EXIT", "BRA 0x80")

    def test_finds_innermost_loops_and_their_longest_turn(self):
        (turn,) = loops(disassembled(*self.NESTED), "LDG")
        self.assertEqual(opcodes(turn), ["LDG.E.64", "BRA", "FADD", "BRA"])
        self.assertEqual(turn.moved("LDG"), 8)

    def test_finds_a_loop_of_one_instruction(self):
        function = disassembled("@P0 BRA 0x0", "EXIT", "BRA 0x20")
        self.assertEqual([len(turn) for turn in loops(function, "LDG")], [1])

    def test_finds_none_where_there_is_none(self):
        self.assertEqual(loops(disassembled("EXIT", "BRA 0x10"), "LDG"), [])


class ShortName(unittest.TestCase):
    def test_is_the_kernel_and_its_template_arguments(self):
        copy = ("nengine::kernels::(anonymous namespace)::Copy<float, "
                "(nengine::kernels::(anonymous namespace)::Columns)0>")
        line = "nengine::kernels::cuda::line_kernel"
        self.assertEqual(
            short_name(f"void {line}<{copy}, true>({copy}, long)"),
            "line_kernel<Copy<float, 0>, true>")
        name = "nengine::kernels::cuda::transpose_kernel(long, float*)"
        self.assertEqual(short_name(name), "transpose_kernel")


if __name__ == "__main__":
    unittest.main()
