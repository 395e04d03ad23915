from __future__ import annotations

import os
import signal

import pytest

from tfan.train.checkpoints import read_checkpoint
from tfan.train.clocks import Clock, Every, stop_requests
from tfan.train.loop import Trainer
from tfan.train.run import run

from .conftest import tiny_config


def test_a_period_is_due_once():
    every = Every(10.0, now_s=100.0)
    assert [every.due(now_s) for now_s in (109.0, 110.0, 111.0, 120.0)] == [
        False,
        True,
        False,
        True,
    ]


def test_a_resumed_clock_goes_on():
    assert 60.0 <= Clock(60.0).now_s() < 61.0


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process without asking")
def test_a_polite_end_is_a_question_and_the_old_answer_returns():
    before = signal.getsignal(signal.SIGTERM)
    with stop_requests() as stopped:
        assert not stopped()
        os.kill(os.getpid(), signal.SIGTERM)
        assert stopped()
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process without asking")
def test_a_stopped_training_leaves_its_checkpoint(data, tmp_path, monkeypatch):
    step = Trainer.step

    def step_and_stop(self):
        if self.progress.step == 2:
            os.kill(os.getpid(), signal.SIGTERM)
        return step(self)

    monkeypatch.setattr(Trainer, "step", step_and_stop)
    config = tiny_config("detector", budget="minutes = 60.0")
    run(config, data=data, held_out=None, out=tmp_path, docs=tmp_path / "docs")
    assert read_checkpoint(tmp_path / "checkpoint.pt").progress["step"] == 3
