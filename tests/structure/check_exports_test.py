"""Tests of scripts/check_exports.py: each kind of fault is found."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts"))
import check_exports  # noqa: E402

HEADERS = """
namespace nengine {
class NENGINE_API Network { Network(); void probe(int); };
class NENGINE_API Error {};
}
"""
GOOD = [
    "nengine::Network::Network()",
    "nengine::Network::~Network()",
    "nengine::Network::probe(int)",
    "typeinfo for nengine::Error",
]


class CheckExports(unittest.TestCase):
    def faults(self, exported, needed=()):
        return check_exports.faults(exported, HEADERS, needed)

    def test_what_headers_declare_is_good(self):
        self.assertEqual(self.faults(GOOD), [])

    def test_names_of_others_are_found(self):
        for name in ("std::vector<int>::push_back(int)", "main", "deflate",
                     "std::vector<nengine::Network>::~vector()"):
            [fault] = self.faults([*GOOD, name])
            self.assertIn("not nengine's", fault)

    def test_what_no_header_has_is_found(self):
        for name in ("nengine::plan(int)", "vtable for nengine::plan"):
            [fault] = self.faults([*GOOD, name])
            self.assertIn("got plan, which no public header has", fault)

    def test_what_is_needed_must_be_there(self):
        needed = ("typeinfo for nengine::Error", "nengine::Network::probe",
                  "nengine::load")
        self.assertEqual(self.faults(GOOD, needed),
                         ["nengine::load: not exported"])


if __name__ == "__main__":
    unittest.main()
