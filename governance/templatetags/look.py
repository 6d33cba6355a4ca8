"""Placeholder until the look is in."""

from django import template

register = template.Library()
