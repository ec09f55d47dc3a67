"""What the files about bad input and full disks both check."""

from daemon import check, equal, record_line

GOOD = b"".join(record_line(f"Question number {i}?") for i in range(5))


def begun(place, **more):
    daemon = place.daemon(**more).start()
    return daemon, daemon.create("bad input")


def check_problem(answer, *statuses):
    check(answer.status in statuses, f"expected one of {statuses}, found {answer}")
    equal(answer.headers["content-type"], "application/problem+json", "content type")
    problem = answer.json
    equal(problem["status"], answer.status, "status in the problem")
    check(problem["title"] and problem["detail"] and problem["errors"], f"a problem without words: {problem}")
    return problem


def check_untouched(daemon, dataset, records):
    daemon.idle(dataset)
    equal(daemon.read(f"/datasets/{dataset}/health")["records"], records, "records afterwards")
    equal(daemon.export(dataset).count(b"\n"), records, "lines exported afterwards")
