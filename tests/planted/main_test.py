#!/usr/bin/env python3
"""What the program of planted bugs takes for found, and what it refuses:

    main_test.py PROGRAM
"""
import os
import subprocess
import sys
import unittest


class MainTest(unittest.TestCase):
    def run_program(self, *args):
        """Its status and what it printed."""
        # The result that the program writes for Bazel would replace that of
        # this test.
        own = {"XML_OUTPUT_FILE", "TEST_PREMATURE_EXIT_FILE", "TESTBRIDGE_TEST_ONLY"}
        env = {name: value for name, value in os.environ.items() if name not in own}
        done = subprocess.run([PROGRAM, *args], env=env, check=False, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, encoding="utf-8")
        return done.returncode, done.stdout

    def expect(self, args, status, words):
        got, output = self.run_program(*args)
        self.assertEqual(got, status, output)
        self.assertIn(words, output)

    def test_a_bug_that_is_found_passes(self):
        self.expect(["zero_is_odd", "Small"], 0, "[  PASSED  ] 1 test.")

    def test_a_bug_that_is_not_found_fails(self):
        self.expect(["a_million_is_odd", "Small"], 1, "Small.FindsThePlantedBug")

    def test_a_bug_whose_code_does_not_run_fails_even_if_it_is_found(self):
        self.expect(["in_code_that_does_not_run", "Hasty"], 1,
                    "the code with the planted bug `in_code_that_does_not_run` never ran: "
                    "the bug was not there to be found; change its `find`")

    def test_without_a_bug_only_the_control_runs(self):
        self.expect([], 0, "[  PASSED  ] 1 test.")

    def test_an_unknown_bug_is_refused(self):
        self.expect(["one_is_even", "Small"], 2,
                    "no planted bug `one_is_even`; there are a_million_is_odd, "
                    "in_code_that_does_not_run, zero_is_odd")

    def test_an_unknown_finder_is_refused(self):
        self.expect(["zero_is_odd", "Smal"], 2, "no test suite `Smal` in this program")

    def test_a_bug_without_a_finder_is_refused(self):
        self.expect(["zero_is_odd"], 2, "[BUG FINDER]")

    def test_an_unknown_argument_is_refused(self):
        self.expect(["zero_is_odd", "Small", "Hasty"], 2, "[BUG FINDER]")


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
