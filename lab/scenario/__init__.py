"""Steps and expectations on a running lab, whatever its engine."""
