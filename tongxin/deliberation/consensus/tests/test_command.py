"""The command as it is run: files in, one document out, the same bytes from every process."""

import importlib
import json
import os
import runpy
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from tongxin.deliberation import consensus as package
from tongxin.deliberation.consensus import plot
from tongxin.deliberation.consensus.command import consensus
from tongxin.deliberation.consensus.engine import Question, compute
from tongxin.deliberation.consensus.synthetic import conversation, write_csv
from tongxin.deliberation.consensus.tests.reference import votes_of
from tongxin.deliberation.consensus.tests.shared import POLIS, needs_polis

ROOT = Path(__file__).parents[4]
GOLDEN = Path(__file__).parent / "golden"
TOP = [
    "participants",
    "in_map",
    "statements",
    "votes",
    "seed",
    "k",
    "silhouette",
    "explained",
    "reason",
    "groups",
    "statements_out",
    "representative",
    "majority",
    "bridging",
    "dividing",
    "projection",
]


@pytest.fixture
def run():
    """Runs the command in this process."""

    def _run(*arguments):
        return CliRunner().invoke(consensus, [str(argument) for argument in arguments])

    return _run


@pytest.fixture
def votes(tmp_path):
    """A small conversation with three planted groups, as a file."""
    path = tmp_path / "votes.csv"
    write_csv(conversation(people=120, statements=24, votes=1800, separation=2, seed=6).votes, path)
    return path


def fresh(*arguments, **environment):
    """Runs the command in a process of its own; its standard output as bytes."""
    command = [sys.executable, "-m", "tongxin.deliberation.consensus", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def script(source, *arguments, **environment):
    """Runs Python source in a process of its own; its standard output as bytes."""
    command = [sys.executable, "-c", source, *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, check=True).stdout  # noqa: S603


def test_the_document_has_the_documented_keys_and_nothing_else(run, votes):
    found = json.loads(run(votes, "--json").stdout)
    assert list(found) == TOP
    assert list(found["groups"][0]) == ["id", "size", "members"]
    assert list(found["statements_out"][0]) == [
        "id",
        "agree",
        "disagree",
        "pass",
        "seen",
        "moderated",
        "priority",
        "extremity",
        "agree_interval",
        "disagree_interval",
        "consensus_agree",
        "consensus_disagree",
        "groups",
    ]
    assert list(found["statements_out"][0]["groups"][0]) == [
        "id",
        "agree",
        "disagree",
        "seen",
        "p_agree",
        "p_disagree",
        "agree_interval",
        "disagree_interval",
    ]
    assert list(found["representative"][0]) == ["group", "statement", "direction", "p", "p_test", "r", "r_test"]
    assert list(found["majority"]) == ["agree", "disagree"]
    assert list(found["projection"][0]) == ["participant", "x", "y", "group"]


def test_the_small_golden_conversation_has_its_golden_result(run):
    """Our own data; look at what changed before renewing the file with the command's output."""
    done = run(GOLDEN / "votes.csv", "--statements", GOLDEN / "statements.csv", "--json")
    found, golden = json.loads(done.stdout), json.loads((GOLDEN / "result.json").read_text(encoding="utf-8"))
    assert list(found) == list(golden)
    assert_alike(found, golden)


def assert_alike(one, other):
    """Equal, floats to ten digits: the last two may differ between processors."""
    if isinstance(one, dict):
        assert one.keys() == other.keys()
        for key in one:
            assert_alike(one[key], other[key])
    elif isinstance(one, list):
        assert len(one) == len(other)
        for mine, theirs in zip(one, other, strict=True):
            assert_alike(mine, theirs)
    elif isinstance(one, float):
        assert one == pytest.approx(other, rel=1e-10, abs=1e-10)
    else:
        assert one == other


def test_every_process_gives_the_same_bytes_whatever_the_threads_and_the_order_of_rows(votes, tmp_path):
    first = fresh(votes, "--json", OPENBLAS_NUM_THREADS="1", PYTHONHASHSEED="1")
    header, *rows = votes.read_text(encoding="utf-8").splitlines(keepends=True)
    for turn in range(3):
        np.random.default_rng(turn).shuffle(rows)
        mixed = tmp_path / f"mixed{turn}.csv"
        mixed.write_text(header + "".join(rows), encoding="utf-8")
        threads = str(1 + turn)
        assert fresh(mixed, "--json", OPENBLAS_NUM_THREADS=threads, OMP_NUM_THREADS=threads, PYTHONHASHSEED=str(turn)) == first


def test_numpy_may_be_loaded_before_with_any_number_of_threads(votes):
    source = "import numpy, sys; from tongxin.deliberation.consensus.command import consensus; consensus([sys.argv[1], '--json'])"
    assert len({script(source, votes, OPENBLAS_NUM_THREADS=threads) for threads in ("1", "4")}) == 1


@needs_polis
def test_a_real_conversation_gives_the_same_groups_in_ten_runs_of_mixed_rows(run, tmp_path):
    header, *rows = (POLIS / "exports/canadian-electoral-reform/votes.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    outputs = set()
    for turn in range(10):
        if turn:
            np.random.default_rng(turn).shuffle(rows)
        mixed = tmp_path / "mixed.csv"
        mixed.write_text(header + "".join(rows), encoding="utf-8")
        outputs.add(run(mixed, "--json").stdout)
    assert len(outputs) == 1


def test_the_command_starts_without_django_and_loads_numpy_only_to_compute():
    source = (
        "import sys; from tongxin.deliberation.consensus import command;"
        "print([name for name in ('django', 'numpy', 'scipy') if name in sys.modules])"
    )
    assert script(source).strip() == b"[]"
    assert "--minimum" in CliRunner().invoke(consensus, ["--help"]).stdout


def test_computing_loads_no_django(votes):
    source = (
        "import sys; from tongxin.deliberation.consensus.command import consensus;"
        "consensus([sys.argv[1]], standalone_mode=False); print('django' in sys.modules)"
    )
    assert script(source, votes).splitlines()[-1] == b"False"


def test_one_thread_is_set_if_numpy_is_not_loaded_yet(monkeypatch):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "8")
    importlib.reload(package)
    assert os.environ["OPENBLAS_NUM_THREADS"] == "8"
    monkeypatch.delitem(sys.modules, "numpy")
    importlib.reload(package)
    assert os.environ["OPENBLAS_NUM_THREADS"] == "1"


def test_the_package_runs_as_a_program(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["consensus", "--help"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("tongxin.deliberation.consensus", run_name="__main__")
    assert ended.value.code == 0
    assert "tongxin consensus" in capsys.readouterr().out
    runpy.run_module("tongxin.deliberation.consensus.__main__", run_name="imported")


def test_bad_input_exits_with_two_says_why_and_prints_and_writes_nothing(run, tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text("participant_id,statement_id,vote\na,1,5\n", encoding="utf-8")
    done = run(bad, "--json", "--plot", tmp_path / "map.svg")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == "bad.csv 第 2 行“vote”列：表态“5”无效，应为 1（赞成）、0（略过）或 -1（反对）。\n"
    assert not (tmp_path / "map.svg").exists()


@pytest.mark.parametrize("option", [None, "--statements", "--groups", "--previous"])
def test_what_never_ends_is_not_read(run, votes, option):
    done = run(*([votes, option] if option else []), "/dev/zero")
    assert (done.exit_code, done.stdout, done.stderr) == (2, "", "zero：不是普通文件，请写明要读的文件。\n")


@pytest.mark.parametrize(
    "option", [("--k", "0"), ("--k", "many"), ("--k", "99"), ("--seed", "-1"), ("--minimum", "x"), ("--no",)]
)
def test_wrong_options_exit_with_two(run, votes, option):
    done = run(votes, *option, "--json")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr


def test_a_bad_table_beside_good_votes_exits_with_two(run, votes, tmp_path):
    bad = tmp_path / "s.csv"
    bad.write_text("statement_id,moderated\n1,9\n", encoding="utf-8")
    assert run(votes, "--statements", bad, "--json").exit_code == 2
    assert run(votes, "--groups", tmp_path / "none.csv", "--json").exit_code == 2


def test_a_place_that_cannot_be_written_exits_with_two(run, votes, tmp_path):
    done = run(votes, "--json", "--plot", tmp_path / "no" / "map.svg")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "无法写入" in done.stderr


def test_what_differs_between_the_files_is_said_beside_the_result(run, votes, tmp_path):
    (tmp_path / "s.csv").write_text("statement_id,text\n0,第一条\n", encoding="utf-8")
    (tmp_path / "g.csv").write_text("participant_id,group\n0,0\n1,1\nnobody,1\n", encoding="utf-8")
    done = run(votes, "--statements", tmp_path / "s.csv", "--groups", tmp_path / "g.csv", "--json")
    assert done.exit_code == 0
    assert "有 23 条观点不在观点清单中" in done.stderr
    assert "有 1 人没有表态" in done.stderr
    assert json.loads(done.stdout)["groups"][1] == {"id": 1, "size": 2, "members": ["1", "nobody"]}


def test_seed_k_and_minimum_are_taken_from_the_options(run, votes):
    found = json.loads(run(votes, "--k", "2", "--seed", "7", "--minimum", "3", "--json").stdout)
    assert (found["k"], found["seed"]) == (2, 7)
    assert found["reason"].startswith("按指定分为 2 组")
    assert json.loads(run(votes, "--minimum", "500", "--k", "auto", "--json").stdout)["groups"] == []


def test_groups_take_the_numbers_of_the_result_before(run, votes, tmp_path):
    first = json.loads(run(votes, "--json").stdout)
    for group in first["groups"]:
        group["id"] += 10
    (tmp_path / "before.json").write_text(json.dumps(first), encoding="utf-8")
    again = json.loads(run(votes, "--previous", tmp_path / "before.json", "--json").stdout)
    assert again["groups"] == first["groups"]
    for bad in (b"{}", b"[1]", b"\xff", b'{"groups": [{"id": "x", "members": ["a"]}]}'):
        (tmp_path / "before.json").write_bytes(bad)
        done = run(votes, "--previous", tmp_path / "before.json", "--json")
        assert (done.exit_code, done.stdout) == (2, "")
        assert "请给出上次保存的 JSON 文件" in done.stderr
    assert "没有这个文件" in run(votes, "--previous", tmp_path / "none.json").stderr


def test_without_json_there_is_a_summary_for_people(run, votes):
    shown = run(votes).stdout
    assert "参与 120 人" in shown
    assert "第 0 组" in shown
    assert "各组都赞成的观点" in shown
    assert "不足 500 人" in run(votes, "--minimum", "500").stdout


def drawing(result, texts=None):
    """A drawing, checked to be well-formed; its text and its elements."""
    source = plot.drawn(result, texts)
    root = ET.fromstring(source)  # noqa: S314
    assert not root.findall(".//{*}script")
    assert "style=" not in source
    return " ".join(root.itertext()), root


def test_the_map_shows_what_all_groups_share_in_the_centre(run, votes, tmp_path):
    assert run(votes, "--json", "--plot", tmp_path / "map.svg").exit_code == 0
    root = ET.fromstring((tmp_path / "map.svg").read_text(encoding="utf-8"))  # noqa: S314
    assert root.find("{*}title").text == "同心圆：各组观点与共识"
    assert "三" in root.find("{*}desc").text or "分为" in root.find("{*}desc").text
    for circle in root.findall(".//{*}g[@class='s0']/{*}circle"):
        assert np.hypot(float(circle.get("cx")) - 380, float(circle.get("cy")) - 372) < 126


@pytest.mark.parametrize("k", [2, 3, 4, 5, 6])
def test_any_number_of_groups_is_drawn_with_letters_and_marks(k):
    made = conversation(people=600, statements=60, votes=18_000, groups=k, separation=2, seed=1).votes
    words, root = drawing(compute(made, Question(k=k)), {"1": "<b>&\x07"})
    assert all(f"{letter}组" in words for letter in "甲乙丙丁戊己"[:k])
    assert len(root.findall("{*}g[@class='pt']")) == k
    assert "看法不同" in words


def test_a_group_of_fewer_than_five_is_not_drawn():
    made = conversation(people=60, statements=20, votes=900).votes
    membership = {name: int(int(name) < 4) for name in made.participants}
    words, root = drawing(compute(made, Question(membership=membership)))
    assert len(root.findall("{*}g[@class='pt']")) == 1
    assert "乙组" not in words


def test_a_given_group_outside_the_map_has_a_label_and_no_dots():
    rows = [(f"p{n}", f"s{s}", 1) for n in range(8) for s in range(9)]
    membership = {**{f"p{n}": 0 for n in range(8)}, **{f"x{n}": 1 for n in range(6)}}
    words, root = drawing(compute(votes_of(rows), Question(membership=membership)))
    assert "乙组" in words
    assert len(root.findall("{*}g[@class='pt']")) == 1
    nobody = compute(votes_of([]), Question(membership={f"x{n}": 1 for n in range(6)}))
    assert "甲组" in drawing(nobody)[0]


def test_without_groups_there_is_no_map_but_the_reason_and_the_list():
    made = conversation(people=30, statements=9, votes=200).votes
    words, root = drawing(compute(made), {"1": "第一条"})
    assert "不足 50 人" in words
    assert "第一条" in words
    assert not root.findall(".//{*}circle")
    few = {name: int(name) // 4 for name in made.participants}
    assert "按给定的" in drawing(compute(made, Question(membership=few)))[0]


def test_long_texts_are_cut_and_opposite_directions_have_a_place():
    made = conversation(people=400, statements=40, votes=9000, groups=4, separation=3, seed=3).votes
    words, _ = drawing(compute(made, Question(k=4)), dict.fromkeys(made.statements, "字" * 200))
    assert "…" in words
    assert plot._direction([0.0, np.pi]) == pytest.approx(np.pi / 2)
    assert plot.hull([(1.0, 1.0)]) == [(1.0, 1.0)]
