"""Tests of scripts/check_arrows.py on small trees: each kind of fault is found."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts"))
import check_arrows  # noqa: E402

ALLOWED = {"kernels/base": "", "kernels": "kernels/base", "engine/ir": "declared"}


class CheckArrows(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.folder.name)
        self.write("kernels/base/view.hpp", "#include <vector>\n")
        self.write("kernels/gemm.hpp", '#include "kernels/base/view.hpp"\n')
        self.write("engine/ir/plan.hpp", '#include "kernels/gemm.hpp"\n')

    def tearDown(self):
        self.folder.cleanup()

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def faults(self, allowed=ALLOWED):
        return check_arrows.check(self.root, allowed)[0]

    def test_allowed_arrows_are_counted(self):
        faults, used = check_arrows.check(self.root, ALLOWED)
        self.assertEqual(faults, [])
        self.assertEqual(used, {("kernels", "kernels/base"): 1,
                                ("engine/ir", "kernels"): 1})

    def test_an_arrow_upwards_is_named(self):
        self.write("kernels/base/device.cpp", '# include "engine/ir/plan.hpp"\n')
        [fault] = self.faults()
        self.assertIn('kernels/base/device.cpp: includes "engine/ir/plan.hpp"', fault)

    def test_a_public_header_is_the_api_folders(self):
        self.write("kernels/gemm.hpp", '#include "nengine/nengine.hpp"\n')
        [fault] = self.faults()
        self.assertIn("nengine/nengine.hpp", fault)

    def test_public_headers_in_folders_are_the_api_folders_too(self):
        allowed = {**ALLOWED, "api/include/nengine": ""}
        self.write("api/include/nengine/losses.hpp", '#include "nengine/losses/a.hpp"\n')
        self.write("api/include/nengine/losses/a.hpp", '#include "nengine/x.hpp"\n')
        self.assertEqual(self.faults(allowed), [])
        self.write("api/include/nengine/losses/a.hpp", '#include "kernels/gemm.hpp"\n')
        [fault] = self.faults(allowed)
        self.assertIn('losses/a.hpp: includes "kernels/gemm.hpp"', fault)

    def test_a_folder_needs_a_row(self):
        self.write("engine/new/a.cpp", '#include "engine/ir/plan.hpp"\n')
        self.assertEqual(self.faults(),
                         ["engine/new: got a folder with headers, needs a row in ALLOWED"])

    def test_a_row_needs_a_folder(self):
        self.assertEqual(self.faults({**ALLOWED, "engine/old": ""}),
                         ["engine/old: got a row in ALLOWED, needs a folder"])

    def test_rows_may_not_allow_a_circle(self):
        [fault] = self.faults({**ALLOWED, "kernels/base": "engine/ir"})
        self.assertIn("circle", fault)

    def test_what_the_project_allows_has_no_circle(self):
        self.assertEqual(check_arrows.circle(check_arrows.ALLOWED), [])


if __name__ == "__main__":
    unittest.main()
