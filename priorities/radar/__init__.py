"""The arithmetic of the overlap radar (clause 8.3.3(2), D23). Pure: no Django, and numpy and scipy are loaded only when
an index is built.

    words    how a text is brought to one way of writing: synonyms, phases, what says nothing
    index    character 1–2-grams weighted by TF-IDF; a base and small later parts, so that a new row costs no rebuild
"""
