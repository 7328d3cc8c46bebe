"""English words by which telling is known from informing, and the sure from the vague.

Sources of the idea: persons and past tense mark narrative (Biber, Variation across Speech and
Writing, 1988, dimensions 1 and 2), denials are how tellers say why it matters (Labov, Language in
the Inner City, 1972, on evaluation), and hedges take force from what is said (Hyland, Hedging in
Scientific Research Articles, 1998). Weights as in ``english``: they count along with other words.
"""

from __future__ import annotations

from typing import Final

PHRASES: Final[dict[str, str]] = {
    "person": """
        i*0.15, me*0.15, my*0.15, mine*0.15, myself*0.15, i'm*0.15, i've*0.15, i'd*0.15,
        i'll*0.15, we*0.1, us*0.1, our*0.1, he*0.15, she*0.15, him*0.15, her*0.15, his*0.15,
        he's*0.15, she's*0.15, he'd*0.15, she'd*0.15, man*0.15, woman*0.15, boy*0.15, girl*0.15,
        father*0.15, mother*0.15, son*0.15, daughter*0.15, wife*0.15, husband*0.15,
        brother*0.15, sister*0.15, friend*0.15, boss*0.15, somebody's*0.1, neighbor*0.15,
        grandfather*0.15, grandmother*0.15, stranger*0.15
    """,
    "past": """
        asked*0.2, answered*0.2, called*0.2, came*0.2, went*0.2, told*0.2, said*0.2, took*0.2,
        gave*0.2, got*0.1, saw*0.2, looked*0.2, watched*0.2, heard*0.2, knew*0.2, thought*0.1,
        felt*0.2, wanted*0.2, tried*0.2, stopped*0.2, started*0.2, began*0.2, walked*0.2,
        ran*0.2, sat*0.2, stood*0.2, fell*0.2, lost*0.2, found*0.2, left*0.1, put*0.1,
        opened*0.2, closed*0.2, turned*0.2, picked*0.2, showed*0.2, held*0.2, kept*0.2,
        wrote*0.2, read*0.1, bought*0.2, sold*0.2, paid*0.2, hired*0.2, fired*0.2, built*0.2,
        broke*0.2, threw*0.2, cut*0.1, ate*0.2, slept*0.2, woke*0.2, drove*0.2, flew*0.2,
        met*0.2, married*0.2, moved*0.1, worked*0.1, played*0.1, happened*0.2, became*0.2,
        decided*0.2, realized*0.2, understood*0.2, learned*0.2, noticed*0.2, remembered*0.2,
        forgot*0.2, promised*0.2, laughed*0.2, smiled*0.2, cried*0.2, shouted*0.2,
        whispered*0.2, nodded*0.2, died*0.2, won*0.2, failed*0.2, quit*0.2, waited*0.2,
        stayed*0.2, grew*0.2, brought*0.2, sent*0.2, made*0.1, spent*0.2, hit*0.1, pulled*0.2,
        pushed*0.2, caught*0.2, taught*0.2, spoke*0.2, stole*0.2, hid*0.2, apologized*0.2,
        proved*0.2, believed*0.1, counted*0.1, begged*0.2, jumped*0.2
    """,
    "denial": """
        not*0.4, no*0.3, nothing*0.5, nobody*0.5, nowhere*0.5, none*0.4, neither*0.4, without*0.3,
        didn't*0.4, don't*0.3, doesn't*0.3, wasn't*0.4, weren't*0.4, isn't*0.4, aren't*0.4,
        couldn't*0.5, can't*0.4, cannot*0.4, won't*0.4, wouldn't*0.5, haven't*0.4, hasn't*0.4,
        hadn't*0.4, never*0.5, nor*0.4, only*0.2
    """,
    "hedge": """
        i think, i believe*0.6, i suppose, i guess, maybe, perhaps, possibly, probably*0.7,
        somehow, somewhat, sort of, kind of, more or less, or something, or so, or maybe, may be,
        may have been, might be, might have, it depends, depends on*0.7, in a way, in some way,
        in different ways, a lot of*0.7, lots of*0.7, many ways, quite*0.5, rather*0.5,
        really*0.4, usually*0.5, generally*0.5, sometimes*0.7, somewhere*0.6, something*0.4,
        some people, some of*0.6, and others*0.6, and so on, of course*0.7, to be honest,
        i don't know, i don't remember, i don't quite, i can't remember, can't remember,
        don't recall, i'm not sure, not sure, hard to say, difficult to say, interesting*0.6,
        a bit*0.7, a little bit*0.7, fine*0.4, nice*0.5, things*0.4, various*0.5,
        you could say, one could say, i could tell, i would say*0.7, i'd say*0.7, balance*0.4,
        for quite a while, as i said, anyway, or the other, whatever
    """,
}
"""Signal name to phrases; ``phrase*weight``, weight 1 unless given."""
