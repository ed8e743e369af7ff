#!/usr/bin/env python3
"""What plant.py writes, and what it refuses: plant_test.py PLANT"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

SOURCE = "int F(int a) {\n  if (a < 1) return 1;\n  return a < 2 ? a : 2;\n}\n"


def bug(name, find, replace):
    return {"name": name, "find": find, "replace": replace}


class PlantTest(unittest.TestCase):
    def plant(self, *bugs):
        """The copy, and what was complained of."""
        with tempfile.TemporaryDirectory(dir=os.environ["TEST_TMPDIR"]) as folder:
            source, copy = pathlib.Path(folder, "f.cc"), pathlib.Path(folder, "copy.cc")
            source.write_text(SOURCE, encoding="utf-8")
            done = subprocess.run([PLANT, source, copy, json.dumps(bugs)], check=False,
                                  stderr=subprocess.PIPE, encoding="utf-8")
            self.assertEqual(done.returncode == 0, copy.exists())
            return copy.read_text(encoding="utf-8") if copy.exists() else None, done.stderr

    def refusal(self, *bugs):
        copy, complaint = self.plant(*bugs)
        self.assertIsNone(copy)
        self.assertIn("f.cc: bug `", complaint)
        return complaint.split("f.cc: ")[1].strip()

    def test_each_bug_has_a_switch(self):
        copy, _ = self.plant(bug("one", "a < 1", "(PLANTED ? a <= 1 : ORIGINAL)"),
                             bug("two", "a < 2 ? a : 2", "PLANTED ? 2 : ORIGINAL"))
        self.assertIn('static acl::planted::Switch planted_one("one");\n'
                      'static acl::planted::Switch planted_two("two");\n', copy)
        self.assertTrue(copy.endswith(
            "int F(int a) {\n"
            "  if ((planted_one.IsOn() ? a <= 1 : a < 1)) return 1;\n"
            "  return planted_two.IsOn() ? 2 : a < 2 ? a : 2;\n}\n"), copy)

    def test_bugs_with_the_same_text_are_nested(self):
        copy, _ = self.plant(bug("one", "a < 1", "(PLANTED || ORIGINAL)"),
                             bug("two", "a < 1", "(!PLANTED && ORIGINAL)"))
        self.assertIn("if ((!planted_two.IsOn() && (planted_one.IsOn() || a < 1)))", copy)

    def test_words_are_whole(self):
        copy, _ = self.plant(bug("one", "a < 1", "PLANTED || UNORIGINAL || PLANTED2"))
        self.assertIn("if (planted_one.IsOn() || UNORIGINAL || PLANTED2)", copy)

    def test_a_text_that_is_not_there_is_refused(self):
        self.assertEqual(self.refusal(bug("one", "a < 3", "PLANTED")),
                         "bug `one`: 'a < 3' is there 0 times, not once")

    def test_a_text_that_is_there_twice_is_refused(self):
        self.assertEqual(self.refusal(bug("one", "a < ", "PLANTED")),
                         "bug `one`: 'a < ' is there 2 times, not once")

    def test_a_bug_without_its_switch_is_refused(self):
        self.assertEqual(self.refusal(bug("one", "a < 1", "a <= 1")),
                         "bug `one`: its replacement does not use PLANTED")

    def test_texts_that_overlap_are_refused(self):
        self.assertEqual(self.refusal(bug("one", "if (a < 1)", "if (PLANTED)"),
                                      bug("two", "a < 1) return", "PLANTED) return")),
                         "bug `two`: its text overlaps with that of `one`")

    def test_a_bug_that_would_drop_another_is_refused(self):
        self.assertEqual(self.refusal(bug("one", "a < 1", "(PLANTED || ORIGINAL)"),
                                      bug("two", "a < 1", "PLANTED")),
                         "bug `two`: other bugs have the same text; "
                         "its replacement must use ORIGINAL")


if __name__ == "__main__":
    PLANT = os.path.abspath(sys.argv.pop(1))
    unittest.main()
