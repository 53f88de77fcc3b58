"""The fixtures of the pytest plugin, used by the tests of another project."""

from __future__ import annotations

import pytest
from support.small_lab import text_with

TEST_OF_A_FILE = """
def test_plan(run_scenario):
    report = run_scenario("plan.yaml")
    assert report.expectations == 1
"""


@pytest.fixture
def project(pytester, monkeypatch):
    """A project with a scenario `plan.yaml` and a test of it; `run(expectation, *options)` runs its tests."""

    monkeypatch.delenv("CI", raising=False)  # pytest says more there

    def run(expectation, *options, test=TEST_OF_A_FILE):
        steps = ("hijack: {by: attacker, prefix: 203.0.113.0/25}", expectation)
        (pytester.path / "plan.yaml").write_text(text_with(*steps))
        pytester.makepyfile(test)
        return pytester.runpytest_inprocess("-p", "no:cacheprovider", *options)

    return run


def test_a_scenario_whose_expectations_hold_passes(project):
    project("expect: {at: transit, prefix: 203.0.113.0/25, unreachable: true}").assert_outcomes(passed=1)


def test_a_failed_expectation_is_shown_with_its_evidence_and_without_our_frames(project):
    result = project("expect: {at: transit, prefix: 203.0.113.0/25, via: attacker}")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*plan.yaml:15: an expectation did not hold",
            "  expected: at transit, 203.0.113.0/25: via attacker",
            "  seen:     no route; rejected: attacker (path 64505): rov-invalid",
            "  what led there:",
            "*  transit rejects 203.0.113.0/25 from attacker (path 64505): origin validation: invalid*",
        ]
    )
    text = result.stdout.str()
    assert "Traceback" not in text
    assert "pytest_plugin.py" not in text
    assert "def run_file" not in text


def test_all_failed_expectations_are_shown(project):
    result = project("expect: {alert: moas}\n  - expect: {alert: route-leak}")
    assert result.stdout.str().count("an expectation did not hold") == 2


@pytest.mark.parametrize(
    ("expectation", "told"),
    [
        (
            "expect: {at: nobody, prefix: 203.0.113.0/25, via: transit}",
            "*plan.yaml:15:18: *no speaker is called 'nobody'*",
        ),
        ("withdraw: {from: eyeball, prefix: 192.0.2.0/24}", "*eyeball does not announce 192.0.2.0/24*"),
    ],
)
def test_a_scenario_that_is_wrong_fails_with_what_is_wrong_and_without_our_frames(project, expectation, told):
    result = project(expectation)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([told])
    assert "run_file" not in result.stdout.str()
    assert "During handling" not in result.stdout.str()


def test_a_file_is_found_beside_the_test_from_everywhere(pytester):
    beside = pytester.mkdir("deep")
    (beside / "plan.yaml").write_text(text_with("expect: {no_alert: true}"))
    (beside / "test_plan.py").write_text(TEST_OF_A_FILE)
    pytester.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)


def test_a_lab_comes_up_for_a_test_and_goes_down_after_it(project):
    test = """
        labs = []

        def test_up(lab):
            labs.append(lab("plan.yaml"))
            labs.append(lab("byoip", seed=3))
            assert labs[0].sessions() and labs[1].sessions()

        def test_down():
            import pytest
            from lab import LabError
            for each in labs:
                with pytest.raises(LabError, match="closed"):
                    each.sessions()
    """
    project("expect: {no_alert: moas}", test=test).assert_outcomes(passed=2)


def test_the_engine_is_one_of_two(project):
    result = project("expect: {no_alert: moas}", "--lab-engine", "simm")
    assert result.ret != 0
    result.stderr.fnmatch_lines(["*argument --lab-engine: invalid choice: 'simm'*"])


@pytest.mark.live
def test_the_same_test_runs_on_live_speakers(project):
    test = """
        def test_plan(run_scenario, lab):
            from lab.engines.live.engine import LiveEngine
            assert isinstance(lab("plan.yaml").engine, LiveEngine)
            run_scenario("plan.yaml")
    """
    expectation = "expect: {at: transit, prefix: 203.0.113.0/25, unreachable: true}"
    project(expectation, "--lab-engine", "live", test=test).assert_outcomes(passed=1)


def test_a_call_that_fails_is_shown_with_what_was_expected_and_seen_after_what_failed_before(pytester):
    (pytester.path / "plan.yaml").write_text(
        "name: plan\ntopology: cloudflare-byoip\nscenario:\n  - expect: {alert: moas}\n"
        "  - cloudflare: {get: addressing/prefixes, error: 1108}\n  - wait: {for: 5s}\n"
    )
    pytester.makepyfile(TEST_OF_A_FILE)
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*plan.yaml:4: an expectation did not hold",
            "*plan.yaml:5: a call did not end as the step says",
            "  expected: GET addressing/prefixes is refused with 1108",
            "  seen:     it succeeded",
            "steps that were not carried out: 1",
        ]
    )
    assert "run_file" not in result.stdout.str()


def test_a_step_that_makes_no_sense_is_shown_after_what_failed_before(project):
    result = project("expect: {alert: moas}\n  - withdraw: {from: eyeball, prefix: 192.0.2.0/24}")
    result.stdout.fnmatch_lines(
        [
            "*plan.yaml:15: an expectation did not hold",
            "*plan.yaml:16: eyeball does not announce 192.0.2.0/24*",
        ]
    )
