"""The second factor: who must have one, what a stolen database says of it, and how its keys are changed."""

from __future__ import annotations

import ast
import io
import re

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.core.management import call_command

from governance import actions
from governance.basics.refusal import Refused
from governance.basics.roles import WEIGHTY, Permission, Role, needs_second_factor
from governance.models import AuditRow, Notice, RecoveryCode, SecondFactor
from governance.people import factors
from tests.conftest import NAMES
from tests.governance.phones import phone_of

pytestmark = pytest.mark.django_db

FREE = {Role.DEPARTMENT_CIO, Role.DISTRICT}


def test_whoever_signs_or_administers_must_have_one():
    assert {role for role in Role if not needs_second_factor(role)} == FREE


def _asked_by(function: ast.FunctionDef) -> set[str]:
    """The permissions that a verb asks for by name."""
    return {
        node.attr
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "Permission"
    }


def test_every_verb_that_signs_asks_for_a_weighty_permission():
    """`USE` alone: one's own token and one's own second factor."""
    asked, count = set(), 0
    for app in ("governance", "projects", "budgets", "priorities"):
        for path in (django_settings.BASE_DIR / app / "actions").glob("*.py"):
            for function in ast.parse(path.read_text()).body:
                if isinstance(function, ast.FunctionDef) and any(
                    re.search(r"signs=True", ast.unparse(d)) for d in function.decorator_list
                ):
                    count += 1
                    asked |= _asked_by(function)
    reading = {p.name for p in Permission if p.name.startswith("READ_")}
    assert count > 20
    assert asked - reading - {"USE"} <= {p.name for p in WEIGHTY}
    assert {p.name for p in WEIGHTY} <= asked | {"SIGN", "GIVE_OPINION"}


@pytest.mark.parametrize(("setting", "must"), [("required", True), ("offered", False), ("off", False)])
def test_the_setting_says_whether_it_is_required(cast, settings, setting, must):
    settings.SECOND_FACTOR = setting
    assert factors.must_have(cast.user("finance")) is must
    assert factors.must_have(cast.user("health_cio")) is False
    with phone_of(cast.user("finance")):
        assert factors.has(cast.user("finance")) is (setting != "off")


def test_whoever_wants_a_token_enrols_first(cast, settings):
    settings.SECOND_FACTOR = "required"
    with pytest.raises(Refused, match="启用动态验证码"):
        actions.issue_token(by=cast.health_cio, name="取数")
    with phone_of(cast.user("health_cio")):
        assert actions.issue_token(by=cast.health_cio, name="取数")
        assert factors.must_have(cast.user("health_cio"))
        with pytest.raises(Refused, match="不能停用"):
            actions.end_factor(by=cast.health_cio)


def test_a_code_works_once(cast):
    user = cast.user("finance")
    with phone_of(user) as phone:
        code = phone.code()
        assert factors.spend(user, code) == "code"
        assert factors.spend(user, code) == ""
        assert factors.spend(user, phone.code(-1)) == ""
        assert factors.spend(user, phone.on().code()) == "code"
        assert factors.spend(cast.user("ndrc"), phone.on().code()) == ""


def test_a_recovery_code_works_once_and_is_told(cast):
    user = cast.user("finance")
    with phone_of(user):
        made = actions.renew_recovery_codes(by=cast.finance)
        assert len(made) == 10
        assert factors.spend(user, made[3].lower()) == "recovery"
        assert factors.spend(user, made[3]) == ""
        assert RecoveryCode.objects.count() == 9
        assert "还剩 9 个" in AuditRow.objects.get(event="governance.factor.recovered").sentence
        assert Notice.objects.filter(user=user, sentence__contains="恢复码").count() == 1
        again = actions.renew_recovery_codes(by=cast.finance)
        assert factors.spend(user, made[0]) == ""
        assert factors.spend(user, again[0]) == "recovery"


def everything_in_the_database() -> str:
    """Every value of every row, sessions opened."""
    rows = [str(list(model.objects.values_list())) for model in apps.get_models() if model._meta.managed]
    return " ".join(rows + [str(s.get_decoded()) for s in Session.objects.all()])


def test_a_stolen_database_tells_no_secret(cast):
    client = cast.client("finance")
    assert client.post("/governance/factor/", {"act": "begin"}).status_code == 302
    page = client.get("/governance/factor/").content.decode()
    offered = re.search(r'id="secret">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
    assert len(offered) == 32
    assert offered not in everything_in_the_database()
    with phone_of(cast.user("ndrc")) as phone:
        made = actions.renew_recovery_codes(by=cast.ndrc)
        factors.spend(cast.user("ndrc"), phone.code())
        said = everything_in_the_database()
        assert SecondFactor.objects.get(user=cast.user("ndrc")).secret in said
        assert phone.secret not in said
        assert not [code for code in made if code in said or code.replace(" ", "") in said]


def test_keys_of_the_environment_are_changed_by_listing_both(cast, settings):
    settings.FACTOR_KEYS = ["old"]
    user = cast.user("finance")
    with phone_of(user) as phone:
        settings.FACTOR_KEYS = ["new", "old"]
        assert factors.spend(user, phone.code()) == "code"
        said = io.StringIO()
        call_command("rotate_factor_keys", stdout=said)
        assert said.getvalue().startswith("1 人")
        settings.FACTOR_KEYS = ["new"]
        assert factors.spend(user, phone.on().code()) == "code"
        assert AuditRow.objects.filter(event="governance.factor.renew_keys").count() == 1


def test_a_key_of_the_data_folder_is_changed_by_the_command(cast, settings, tmp_path):
    settings.FACTOR_KEYS, settings.FACTOR_KEYS_FILE = [], tmp_path / "factor_keys"
    settings.FACTOR_KEYS_FILE.write_text("first")
    user = cast.user("finance")
    with phone_of(user) as phone:
        for number in range(3):
            call_command("rotate_factor_keys", stdout=io.StringIO())
            assert factors.spend(user, phone.on().code()) == "code", number
    keys = settings.FACTOR_KEYS_FILE.read_text().split()
    assert len(keys) == 2
    assert "first" not in keys
    assert settings.FACTOR_KEYS_FILE.stat().st_mode & 0o077 == 0


def test_a_lost_key_is_a_sentence_and_changes_nothing(cast, settings):
    settings.FACTOR_KEYS = ["old"]
    user = cast.user("finance")
    with phone_of(user) as phone:
        held = SecondFactor.objects.get(user=user).secret
        settings.FACTOR_KEYS = ["another"]
        with pytest.raises(Refused, match="GUIYANG_FACTOR_KEYS"):
            factors.spend(user, phone.code())
        errors = io.StringIO()
        with pytest.raises(SystemExit):
            call_command("rotate_factor_keys", stdout=io.StringIO(), stderr=errors)
        assert "什么都没有改" in errors.getvalue()
        assert SecondFactor.objects.get(user=user).secret == held


def test_nobody_of_the_demonstration_has_one(cast):
    assert not SecondFactor.objects.exists()
    assert not any(factors.must_have(cast.user(name)) for name in NAMES)
