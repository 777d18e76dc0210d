"""Codes of languages, ISO 639: what stands for a language in names of partitions and artefacts.

A language that has a code of two letters is written with it, as cc_net and fastText's lid.176 write it; one that has
none with its code of three.
"""

from rpdata.errors import UserError, unknown_name

# ISO 639-1, each with the codes of ISO 639-2 for the same language; `bh` is withdrawn, but lid.176 knows it.
CODES = """
aa:aar ab:abk ae:ave af:afr ak:aka am:amh an:arg ar:ara as:asm av:ava ay:aym az:aze ba:bak be:bel bg:bul bh:
bi:bis bm:bam bn:ben bo:bod/tib br:bre bs:bos ca:cat ce:che ch:cha co:cos cr:cre cs:ces/cze cu:chu cv:chv
cy:cym/wel da:dan de:deu/ger dv:div dz:dzo ee:ewe el:ell/gre en:eng eo:epo es:spa et:est eu:eus/baq fa:fas/per
ff:ful fi:fin fj:fij fo:fao fr:fra/fre fy:fry ga:gle gd:gla gl:glg gn:grn gu:guj gv:glv ha:hau he:heb hi:hin
ho:hmo hr:hrv ht:hat hu:hun hy:hye/arm hz:her ia:ina id:ind ie:ile ig:ibo ii:iii ik:ipk io:ido is:isl/ice it:ita
iu:iku ja:jpn jv:jav ka:kat/geo kg:kon ki:kik kj:kua kk:kaz kl:kal km:khm kn:kan ko:kor kr:kau ks:kas ku:kur
kv:kom kw:cor ky:kir la:lat lb:ltz lg:lug li:lim ln:lin lo:lao lt:lit lu:lub lv:lav mg:mlg mh:mah mi:mri/mao
mk:mkd/mac ml:mal mn:mon mr:mar ms:msa/may mt:mlt my:mya/bur na:nau nb:nob nd:nde ne:nep ng:ndo nl:nld/dut nn:nno
no:nor nr:nbl nv:nav ny:nya oc:oci oj:oji om:orm or:ori os:oss pa:pan pi:pli pl:pol ps:pus pt:por qu:que rm:roh
rn:run ro:ron/rum ru:rus rw:kin sa:san sc:srd sd:snd se:sme sg:sag sh:hbs si:sin sk:slk/slo sl:slv sm:smo sn:sna
so:som sq:sqi/alb sr:srp ss:ssw st:sot su:sun sv:swe sw:swa ta:tam te:tel tg:tgk th:tha ti:tir tk:tuk tl:tgl
tn:tsn to:ton tr:tur ts:tso tt:tat tw:twi ty:tah ug:uig uk:ukr ur:urd uz:uzb ve:ven vi:vie vo:vol wa:wln wo:wol
xh:xho yi:yid yo:yor za:zha zh:zho/chi zu:zul
"""

LONGER: dict[str, tuple[str, ...]] = {
    short: tuple(longer.split("/")) for short, _, longer in (entry.partition(":") for entry in CODES.split())
}
SHORTER = {code: short for short, codes in LONGER.items() for code in codes if code}


def check_code(language: str, option: str = "--language") -> None:
    """UserError for a code of two letters that is none, and for one of three where the language has one of two.

    Only the first part of a tag such as zh-Hant is looked at.
    """
    first = language.replace("_", "-").partition("-")[0].lower()
    if first in SHORTER:
        written = SHORTER[first] + language[len(first) :]
        raise UserError(f"{option} {language}: languages that have a code of two letters go by it: write {written}")
    if len(first) == 2 and first not in LONGER:
        raise UserError(f"{option} {language}: {unknown_name('language', first, LONGER)}")
