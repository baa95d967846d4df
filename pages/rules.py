"""规则: what each colour means here, tried on past months before it counts."""

import streamlit as st

from dashboard import clock, ui
from dashboard.permissions import Action
from dashboard.queries.rule import rule_set_list
from dashboard.ui import rule

actor = ui.guard(Action.RULE_READ)
st.title(ui.translate("亮灯规则"))
found = ui.read(rule_set_list, actor)
chosen = rule.choose_rule_set(found)
if chosen is None:
    st.stop()
rules = ui.read(rule.rules_shown, actor, chosen)
rule.show_rules(actor, chosen, rules)
rule.choose_for_programme(actor, found, clock.today())
draft = rule.edit(actor, chosen, rules, clock.today())
rule.test(actor, draft.rules if draft else rules)
if draft is not None:
    rule.save(actor, rules, draft, clock.today())
