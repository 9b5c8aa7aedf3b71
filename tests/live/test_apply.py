"""What writing does and does not do, against a store that goes wrong."""

from __future__ import annotations

import json
import stat

import pytest

from drift import undo_file
from drift.applying import consent_needed
from drift.errors import CredentialsError, InputError, UsageError
from drift.interruption import Stop
from drift.live_side import LiveSide
from drift.pipeline import compare_sources
from drift.restoring import Fate, Restoration
from drift.settings import LiveSettings, Settings
from drift.undo import undoing
from tests.fixtures_s3 import quick_retries
from tests.live.applying_world import World, fates, world
from tests.live.cors_store import NEW, OLD, OTHER, snapshot

__all__ = ["quick_retries", "world"]


def test_the_declared_rules_are_written_read_back_and_told(world: World) -> None:
    world.store.put("one", "two")
    done = world.apply(world.plan({"one": NEW, "two": None}))

    assert fates(done) == {"one": Fate.DONE, "two": Fate.DONE}
    assert world.store.rules() == {"one": NEW, "two": None}
    assert world.store.writes() == [("PUT", "one", "done"), ("DELETE", "two", "done")]
    assert done.exit_code == 0
    assert done.written


def test_nothing_is_written_without_consent(world: World) -> None:
    world.store.put("one")
    shown: list[Restoration] = []

    def refuse(plan: Restoration) -> bool:
        shown.append(plan)
        return False

    done = world.apply(world.plan({"one": NEW}), refuse)

    assert fates(done) == {"one": Fate.TO_DO}
    assert (done.exit_code, world.store.writes(), world.undo_files()) == (1, [], [])
    assert [each.says for each in shown[0].to_do] == [
        ("This lets browsers do more than they can now", "It lets https://a.example GET",
         "It no longer lets https://evil.example PUT")
    ]  # fmt: skip


def test_an_end_of_input_is_no_consent(world: World) -> None:
    world.store.put("one")

    def end(_: Restoration) -> bool:
        raise EOFError

    assert fates(world.apply(world.plan({"one": NEW}), end)) == {"one": Fate.TO_DO}
    assert world.store.writes() == []


def test_without_a_terminal_consent_must_be_given_on_the_command_line() -> None:
    with pytest.raises(UsageError):
        consent_needed(yes=False, terminal=False)
    consent_needed(yes=True, terminal=False)
    consent_needed(yes=False, terminal=True)


def test_the_way_back_is_on_the_disk_before_the_first_call_that_writes(world: World) -> None:
    world.store.put("one", "two")
    seen: list[int] = []

    def before(_number: int) -> None:
        seen.append(len(world.undo_files()))

    plan = world.plan({"one": NEW, "two": NEW})
    world.store.before = before
    world.store.calls.clear()
    world.apply(plan)

    first = next(index for index, call in enumerate(world.store.calls) if call.method == "PUT")
    assert seen[first] == 1
    assert seen[0] == 0


def test_the_undo_file_has_both_sides_of_all_buckets_and_is_for_its_owner_alone(world: World) -> None:
    world.store.put("one", "two", rules=OLD)
    world.store.put("bare", rules=None)
    done = world.apply(world.plan({"one": NEW, "two": None, "bare": NEW}))

    (file,) = world.undo_files()
    assert done.undo is not None
    assert done.undo.name == file.name
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    saved = undo_file.read(file)
    assert saved.endpoint == world.store.url
    rules = {each.name: (each.old, each.intended) for each in saved.buckets}
    assert {name: (old is None, new is None) for name, (old, new) in rules.items()} == {
        "one": (False, False),
        "two": (False, True),
        "bare": (True, False),
    }
    assert json.loads(file.read_text())["undo"]["direction"] == "restore"
    assert list(world.folder.glob(".*")) == []


def test_an_undo_file_is_never_written_over(world: World) -> None:
    world.store.put("one")
    file = world.folder / "mine.json"
    file.write_text("precious")

    with pytest.raises(UsageError, match="already"):
        world.apply(world.plan({"one": NEW}), undo_file=file)

    assert file.read_text() == "precious"
    assert world.store.writes() == []


def test_nor_one_that_appears_while_it_is_asked_for_consent(world: World) -> None:
    world.store.put("one")
    file = world.folder / "mine.json"

    def agree(_: Restoration) -> bool:
        file.write_text("precious")
        return True

    with pytest.raises(UsageError, match="already"):
        world.apply(world.plan({"one": NEW}), agree, undo_file=file)

    assert file.read_text() == "precious"
    assert world.store.writes() == []


def test_a_link_in_its_place_is_not_followed(world: World) -> None:
    world.store.put("one")
    (world.folder / "mine.json").symlink_to(world.folder / "elsewhere.json")

    with pytest.raises(UsageError):
        world.apply(world.plan({"one": NEW}), undo_file=world.folder / "mine.json")

    assert not (world.folder / "elsewhere.json").exists()
    assert world.store.writes() == []


def test_where_the_undo_file_cannot_be_written_nothing_else_is(world: World) -> None:
    world.store.put("one")

    with pytest.raises(UsageError, match="nothing was changed"):
        world.apply(world.plan({"one": NEW}), undo_file=world.folder / "no-such-folder" / "undo.json")

    assert world.store.writes() == []


def test_what_changed_since_it_was_compared_is_left_alone_and_told(world: World) -> None:
    world.store.put("one", "two", "three")
    plan = world.plan({"one": NEW, "two": NEW, "three": NEW})
    world.store.buckets["two"].rules = OTHER
    del world.store.buckets["three"]
    shown: list[Restoration] = []

    def agree(left: Restoration) -> bool:
        shown.append(left)
        return True

    done = world.apply(plan, agree)

    assert fates(done) == {"one": Fate.DONE, "two": Fate.CHANGED, "three": Fate.MISSING}
    assert [each.name for each in shown[0].to_do] == ["one"]
    assert world.store.rules() == {"one": NEW, "two": OTHER}
    assert done.exit_code == 1


def test_what_changes_right_before_its_turn_is_left_alone_too(world: World) -> None:
    world.store.put("one", "two")
    plan = world.plan({"one": NEW, "two": NEW})

    def before(_number: int) -> None:
        if world.store.writes():  # the first bucket is being written
            world.store.buckets["two"].rules = OTHER

    world.store.before = before
    done = world.apply(plan)

    assert fates(done) == {"one": Fate.DONE, "two": Fate.CHANGED}
    assert world.store.rules() == {"one": NEW, "two": OTHER}


def test_even_a_change_that_means_nothing_is_a_change(world: World) -> None:
    world.store.put("one")
    plan = world.plan({"one": NEW})
    world.store.buckets["one"].rules = ({**OLD[0], "ID": "somebody-was-here"},)

    assert fates(world.apply(plan)) == {"one": Fate.CHANGED}
    assert world.store.writes() == []


def test_what_somebody_else_has_put_right_meanwhile_needs_nothing(world: World) -> None:
    world.store.put("one")
    plan = world.plan({"one": NEW})
    world.store.buckets["one"].rules = NEW

    done = world.apply(plan)
    assert fates(done) == {"one": Fate.ALREADY}
    assert (done.exit_code, world.store.writes(), world.undo_files()) == (0, [], [])


def test_what_cannot_be_read_again_is_not_written(world: World) -> None:
    world.store.put("one", "two")
    plan = world.plan({"one": NEW, "two": NEW})
    world.store.trouble("one", "GET", times=99, error=(403, "AccessDenied"))

    done = world.apply(plan)
    assert fates(done) == {"one": Fate.UNREADABLE, "two": Fate.DONE}
    assert world.store.rules()["one"] == OLD
    assert done.exit_code == 3


def test_a_denied_write_is_told_with_the_missing_permission_and_the_others_go_on(world: World) -> None:
    world.store.put("one", "two")
    world.store.trouble("one", "PUT", times=99, error=(403, "AccessDenied"))
    done = world.apply(world.plan({"one": NEW, "two": NEW}))

    assert fates(done) == {"one": Fate.DENIED, "two": Fate.DONE}
    assert "s3:PutBucketCORS" in str(done.buckets[0].reason)
    assert done.counts[Fate.DENIED] == 1
    assert done.exit_code == 1
    assert len([each for each in world.store.writes() if each[1] == "one"]) == 1


def test_a_denied_delete_names_the_same_permission(world: World) -> None:
    world.store.put("one")
    world.store.trouble("one", "DELETE", times=99, error=(403, "AccessDenied"))
    done = world.apply(world.plan({"one": None}))

    assert fates(done) == {"one": Fate.DENIED}
    assert "s3:PutBucketCORS" in str(done.buckets[0].reason)
    assert world.undo_files() == []  # it would undo nothing
    assert done.undo is None


def test_what_s3_does_not_take_is_told_with_its_code(world: World) -> None:
    world.store.put("one")
    world.store.trouble("one", "PUT", error=(400, "MalformedXML"))
    done = world.apply(world.plan({"one": NEW}))

    assert fates(done) == {"one": Fate.REFUSED}
    assert "MalformedXML" in str(done.buckets[0].reason)
    assert done.exit_code == 1


def test_a_throttled_write_is_repeated_after_another_look(world: World) -> None:
    world.store.put("one")
    world.store.trouble("one", "PUT", times=3, error=(503, "SlowDown"))
    done = world.apply(world.plan({"one": NEW}))

    assert fates(done) == {"one": Fate.DONE}
    methods = [call.method for call in world.store.calls]
    assert methods[-9:] == ["GET", "PUT"] * 4 + ["GET"]


def test_throttling_without_an_end_is_given_up_and_nothing_was_written(world: World) -> None:
    world.store.put("one")
    world.store.trouble("one", "PUT", times=99, error=(503, "SlowDown"))
    done = world.apply(world.plan({"one": NEW}))

    assert fates(done) == {"one": Fate.REFUSED}
    assert len(world.store.writes()) == world.patience.attempts
    assert world.store.rules() == {"one": OLD}


def test_a_write_whose_answer_was_lost_is_looked_at_and_not_repeated(world: World) -> None:
    world.store.put("one")
    world.store.trouble("one", "PUT", reset=True, after=True)
    done = world.apply(world.plan({"one": NEW}))

    assert fates(done) == {"one": Fate.DONE}
    assert world.store.writes() == [("PUT", "one", "done, reset")]
    assert len(world.undo_files()) == 1


def test_a_lost_answer_and_somebody_elses_rules_are_not_written_over(world: World) -> None:
    world.store.put("one")
    world.store.trouble("one", "PUT", reset=True, after=True)
    plan = world.plan({"one": NEW})

    def before(_number: int) -> None:
        if world.store.writes():
            world.store.buckets["one"].rules = OTHER

    world.store.before = before
    done = world.apply(plan)

    assert fates(done) == {"one": Fate.UNKNOWN}
    assert world.store.rules() == {"one": OTHER}
    assert len(world.store.writes()) == 1
    assert len(world.undo_files()) == 1
    assert done.exit_code == 3


def test_a_write_that_never_arrived_is_made_again_once_live_is_seen_unchanged(world: World) -> None:
    world.store.put("one")
    world.store.trouble("one", "PUT", times=2, reset=True)
    done = world.apply(world.plan({"one": NEW}))

    assert fates(done) == {"one": Fate.DONE}
    assert [done for _, _, done in world.store.writes()] == ["reset", "reset", "done"]


def test_lost_answers_without_an_end_leave_the_outcome_open(world: World) -> None:
    world.store.put("one")
    world.store.trouble("one", "PUT", times=99, error=(500, "InternalError"))
    done = world.apply(world.plan({"one": NEW}))

    assert fates(done) == {"one": Fate.UNKNOWN}
    assert len(world.undo_files()) == 1


def test_a_page_of_a_proxy_says_nothing_of_the_write(world: World) -> None:
    world.store.put("one")
    world.store.trouble("one", "PUT", html=True)
    done = world.apply(world.plan({"one": NEW}))

    assert fates(done) == {"one": Fate.DONE}
    assert len(world.store.writes()) == 2


def test_old_rules_that_are_read_for_a_while_are_waited_out(world: World) -> None:
    world.store.put("one", "two")
    world.store.before = lambda _: None
    plan = world.plan({"one": NEW, "two": NEW})

    def before(_number: int) -> None:
        kept = world.store.buckets["one"]
        if kept.rules == NEW and not kept.troubles:
            world.store.trouble("one", "GET", times=3, stale=True)

    world.store.before = before
    done = world.apply(plan)

    assert fates(done) == {"one": Fate.DONE, "two": Fate.DONE}
    assert [name for _, name, _ in world.store.writes()] == ["one", "two"]


def test_old_rules_that_never_go_are_told_as_not_confirmed(world: World) -> None:
    world.store.put("one")
    plan = world.plan({"one": NEW})

    def before(_number: int) -> None:
        kept = world.store.buckets["one"]
        if kept.rules == NEW and not kept.troubles:
            world.store.trouble("one", "GET", times=999, stale=True)

    world.store.before = before
    done = world.apply(plan)

    assert fates(done) == {"one": Fate.UNCONFIRMED}
    assert done.exit_code == 3
    assert world.clock.now >= world.patience.settle
    assert len(world.store.writes()) == 1


def test_a_bucket_in_another_region_is_written_there(world: World) -> None:
    world.store.put("far", region="eu-west-1")
    done = world.apply(world.plan({"far": NEW}))

    assert fates(done) == {"far": Fate.DONE}
    assert world.store.writes() == [("PUT", "far", "done")]
    (put,) = [call for call in world.store.calls if call.method == "PUT"]
    assert "/eu-west-1/s3/" in put.headers["authorization"]


def test_a_bucket_that_moves_between_look_and_write_is_written_where_it_is_then(world: World) -> None:
    world.store.put("far", region="eu-west-1")
    plan = world.plan({"far": NEW})
    first_write = world.store.asked + 3  # after one look at all, and one right before it

    def before(number: int) -> None:
        if number == first_write:
            world.store.buckets["far"].region = "us-west-2"

    world.store.before = before
    done = world.apply(plan)

    assert fates(done) == {"far": Fate.DONE}
    assert [done for _, _, done in world.store.writes()] == ["PermanentRedirect", "done"]
    assert "/us-west-2/s3/" in world.store.calls[-2].headers["authorization"]


def test_the_owner_is_sent_along_and_somebody_elses_bucket_is_never_written(world: World) -> None:
    world.store.put("one", owner="111111111111")
    plan = world.plan({"one": NEW}, account="111111111111")
    world.store.buckets["one"].owner = "222222222222"

    done = world.apply(plan)
    assert fates(done) == {"one": Fate.UNREADABLE}
    assert world.store.rules() == {"one": OLD}

    world.store.buckets["one"].owner = "111111111111"
    assert fates(world.apply(plan)) == {"one": Fate.DONE}
    (put,) = [call for call in world.store.calls if call.method == "PUT"]
    assert put.headers["x-amz-expected-bucket-owner"] == "111111111111"


def test_credentials_that_are_gone_end_the_run_before_anything_is_written(
    world: World, aws_environment: pytest.MonkeyPatch
) -> None:
    world.store.put("one")
    plan = world.plan({"one": NEW})
    aws_environment.delenv("AWS_ACCESS_KEY_ID")
    world.side = LiveSide(world.live)

    with pytest.raises(CredentialsError):
        world.apply(plan)
    assert (world.store.writes(), world.undo_files()) == ([], [])


def test_credentials_that_expire_on_the_way_end_it_and_say_which_buckets_were_not_reached(world: World) -> None:
    world.store.put("one", "two", "three")
    world.store.trouble("two", "PUT", times=99, error=(400, "ExpiredToken"))
    done = world.apply(world.plan(dict.fromkeys(("one", "two", "three"), NEW)))

    assert fates(done) == {"one": Fate.DONE, "two": Fate.NOT_REACHED, "three": Fate.NOT_REACHED}
    assert world.store.rules() == {"one": NEW, "two": OLD, "three": OLD}
    assert "expired" in str(done.buckets[2].reason)
    assert done.exit_code == 1


def test_after_several_buckets_in_a_row_in_vain_nothing_more_is_tried(world: World) -> None:
    names = [f"bucket-{number}" for number in range(9)]
    world.store.put(*names)
    for name in names:
        world.store.trouble(name, "PUT", times=99, error=(503, "SlowDown"))
    done = world.apply(world.plan(dict.fromkeys(names, NEW)))

    assert list(fates(done).values()) == [Fate.REFUSED] * 5 + [Fate.NOT_REACHED] * 4
    assert len(world.store.writes()) == 5 * world.patience.attempts
    assert "slow down" in str(done.buckets[-1].reason)


def test_denied_buckets_are_each_tried_and_counted(world: World) -> None:
    names = [f"bucket-{number}" for number in range(9)]
    world.store.put(*names)
    for name in names[:-1]:
        world.store.trouble(name, "PUT", times=99, error=(403, "AccessDenied"))
    done = world.apply(world.plan(dict.fromkeys(names, NEW)))

    assert (done.counts[Fate.DENIED], done.counts[Fate.DONE]) == (8, 1)


def test_every_k_th_call_a_signal_leaves_each_bucket_old_or_new_and_undo_brings_all_back(world: World) -> None:
    names = ("one", "two", "three")
    k = 0
    while True:
        k += 1
        world.store.put(*names)
        for file in world.undo_files():
            file.unlink()
        plan = world.plan(dict.fromkeys(names, NEW))
        world.store.calls.clear()
        stop = Stop()
        start = world.store.asked

        def before(number: int, stop: Stop = stop, at: int = start + k) -> None:
            if number == at:
                stop.signal = 15

        world.store.before = before
        done = world.apply(plan, stop=stop)
        world.store.before = lambda _: None
        written = {name for method, name, how in world.store.writes() if method == "PUT" and how == "done"}
        for name, rules in world.store.rules().items():
            assert rules == (NEW if name in written else OLD)
        told = {name for name, fate in fates(done).items() if fate in (Fate.DONE, Fate.UNCONFIRMED)}
        assert told == written, k
        assert {each.fate for each in done.buckets} <= {Fate.DONE, Fate.UNCONFIRMED, Fate.NOT_REACHED}
        if not stop.signal:
            break
        assert (done.stopped, done.exit_code) == (143, 143)
        files = world.undo_files()
        assert len(files) == (1 if written else 0)
        if files:
            assert {each.name for each in undo_file.read(files[0]).buckets} == set(names)
            back = world.apply(
                undoing(files[0], world.settings, side=world.side), undo_file=world.folder / f"back-{k}.json"
            )
            assert set(fates(back).values()) <= {Fate.DONE, Fate.ALREADY}
        assert world.store.rules() == dict.fromkeys(names, OLD)
    assert k - 1 == 3 + 3 * 3  # one look at all, then look, write, look for each


def test_two_runs_at_a_time_have_undo_files_of_their_own(world: World) -> None:
    world.store.put("one", "two")
    first, second = world.plan({"one": NEW}), world.plan({"two": NEW})

    def agree(_: Restoration) -> bool:
        assert fates(world.apply(second)) == {"two": Fate.DONE}
        return True

    done = world.apply(first, agree)

    assert fates(done) == {"one": Fate.DONE}
    assert sorted(undo_file.read(file).buckets[0].name for file in world.undo_files()) == ["one", "two"]


def test_two_runs_on_the_same_bucket_do_not_write_over_one_another(world: World) -> None:
    world.store.put("one")
    first, second = world.plan({"one": NEW}), world.plan({"one": OTHER})

    def agree(_: Restoration) -> bool:
        assert fates(world.apply(second)) == {"one": Fate.DONE}
        return True

    assert fates(world.apply(first, agree)) == {"one": Fate.CHANGED}
    assert world.store.rules() == {"one": OTHER}


def test_undo_leaves_alone_what_changed_since_and_needs_nothing_where_the_old_rules_are(world: World) -> None:
    names = ("back", "kept", "gone", "same")
    world.store.put(*names)
    done = world.apply(world.plan(dict.fromkeys(names, NEW)))
    world.store.buckets["kept"].rules = OTHER
    world.store.buckets["same"].rules = OLD
    del world.store.buckets["gone"]
    assert done.undo is not None

    plan = undoing(done.undo, world.settings)
    assert fates(plan) == {
        "back": Fate.TO_DO, "kept": Fate.CHANGED, "gone": Fate.MISSING, "same": Fate.ALREADY,
    }  # fmt: skip
    assert plan.exit_code == 1
    back = world.apply(plan)

    assert world.store.rules() == {"back": OLD, "kept": OTHER, "same": OLD}
    assert back.undo is not None
    assert back.undo != done.undo
    again = undoing(back.undo, world.settings)  # what was undone can be done again
    assert fates(again) == {"back": Fate.TO_DO}
    assert fates(world.apply(again)) == {"back": Fate.DONE}
    assert world.store.rules()["back"] == NEW


def test_a_bucket_of_the_same_name_in_another_region_is_not_the_one_that_was_written(world: World) -> None:
    world.store.put("moved", region="eu-west-1")
    done = world.apply(world.plan({"moved": NEW}))
    assert done.undo is not None
    world.store.buckets["moved"].region = "us-west-2"

    plan = undoing(done.undo, world.settings)

    assert fates(plan) == {"moved": Fate.CHANGED}
    assert "another bucket of its name" in str(plan.buckets[0].reason)


def test_undo_takes_rules_away_where_there_were_none_and_brings_back_what_was_deleted(world: World) -> None:
    world.store.put("none", rules=None)
    world.store.put("some")
    done = world.apply(world.plan({"none": NEW, "some": None}))
    assert world.store.rules() == {"none": NEW, "some": None}
    assert done.undo is not None

    assert fates(world.apply(undoing(done.undo, world.settings))) == {"none": Fate.DONE, "some": Fate.DONE}
    assert world.store.rules() == {"none": None, "some": OLD}


def test_undo_of_some_buckets(world: World) -> None:
    world.store.put("one", "two")
    done = world.apply(world.plan({"one": NEW, "two": NEW}))
    assert done.undo is not None

    plan = undoing(done.undo, Settings(live=world.live, buckets=("two",)))
    assert fates(plan) == {"two": Fate.TO_DO}
    with pytest.raises(UsageError):
        undoing(done.undo, Settings(live=world.live, buckets=("three",)))


def test_an_undo_file_of_another_server_is_refused_and_never_followed(world: World) -> None:
    world.store.put("one")
    done = world.apply(world.plan({"one": NEW}))
    assert done.undo is not None
    value = json.loads(done.undo.read_text())
    value["undo"]["endpoint"] = "https://attacker.example"
    other = world.folder / "other.json"
    other.write_text(json.dumps(value))

    with pytest.raises(UsageError, match=r"attacker\.example"):
        undoing(other, world.settings)
    with pytest.raises(UsageError):
        undoing(done.undo, Settings(live=LiveSettings(region="us-east-1")))


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "{}", "null", '{"undo": {}}', "[" * 100_000,
        '{"kind": "cors-drift/snapshot", "undo": {"endpoint": 5}}',
        '{"kind": "cors-drift/snapshot", "version": 1, "source": "s3", "buckets": [], "undo": {}}',
    ],
    ids=range(8),
)  # fmt: skip
def test_what_is_no_undo_file_is_one_clear_error(world: World, text: str) -> None:
    file = world.folder / "bad.json"
    file.write_text(text)
    with pytest.raises(InputError):
        undoing(file, world.settings)


def test_an_undo_file_is_a_snapshot_of_what_was_live(world: World) -> None:
    world.store.put("one", "two")
    done = world.apply(world.plan({"one": NEW, "two": NEW}))
    assert done.undo is not None
    before = world.folder / "before.json"
    before.write_text(snapshot({"one": OLD, "two": OLD}))

    report = compare_sources(before, done.undo, Settings())
    assert (report.verdict.value, len(report.buckets)) == ("in_sync", 2)
