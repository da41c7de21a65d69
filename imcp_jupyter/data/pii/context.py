"""What the name of a column says of its content, in several languages."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "æ": "ae", "Æ": "Ae", "œ": "oe", "đ": "d", "ı": "i"})
_SPLIT = re.compile(r"[\W_]+")

# Words of a name, joined by "_" and put between "_": a pattern may ask for neighbours and for both ends. The first kind that fits wins.
_WORDS: dict[str, str] = {
    "biometric": r"fingerprint|finger_print|biometric|iris_(scan|code|template)|retina|voiceprint|voice_print|face_(id|embedding|template)",
    "photo": r"photo|photograph|portrait|headshot|selfie|mugshot|profile_(pic|picture|image)|face_image|passfoto|lichtbild",
    "email": r"e_?mail|mail_?(address|addr)?|courriel|correo|emailadresse|mailadresse|adresse_mail|メール|メールアドレス|邮箱|邮件",
    "phone": r"phone|telephone|tel|mobile|cell|cellphone|fax|telefon|handy|mobil|telefonnummer|handynummer|rufnummer|telephone_portable"
    r"|portable|telefono|movil|celular|cellulare|telefone|telefoon|電話|電話番号|电话|手机|手机号|msisdn|phone_?(no|nr|num|number)|phonenumber",
    "iban": r"iban|bank_account|kontonummer",
    "bic": r"bic|swift|swift_?code",
    "payment_card": r"(credit|debit|payment|bank)_?card(_?(no|nr|num|number))?|card_?(no|nr|num|number)|cc_?(no|nr|num|number)|ccn|pan"
    r"|kreditkarte|kreditkartennummer|carte_bancaire|numero_carte|tarjeta",
    "vat": r"vat(_?(id|no|nr|num|number))?|vatin|ust_?id(nr)?|tva|partita_iva|cif|uid_nummer|gstin",
    "national_id": r"ssn|social_security(_?(no|nr|num|number))?|national_?id(entity)?(_?(no|nr|num|number))?|sin|nino|national_insurance.*"
    r"|nhs(_?(no|nr|num|number))?|steuer_?id(nr)?|steuer_?identifikationsnummer|idnr|sozialversicherungsnummer|nir|numero_securite_sociale"
    r"|numero_de_securite_sociale|insee|dni|nie|nif|codice_fiscale|cf|bsn|burgerservicenummer|personnummer|pesel|cpf|aadhaar|aadhar"
    r"|my_?number|マイナンバー|身份证|身份证号|ahv|avs|rijksregisternummer|tax_?id|tin|personal_?(id|number|code)",
    "medical_record": r"mrn|medical_?record(_?(id|no|nr|num|number))?|patient_?(id|no|nr|num|number|key)|chart_?(no|number)"
    r"|health_?(plan|insurance)_?(id|no|nr|num|number)|hospital_?(no|number)|patienten_?(id|nr|nummer)|krankenakte|versichertennummer",
    "passport": r"passport(_?(id|no|nr|num|number))?|reisepass(_?(nr|nummer))?|passnummer|passeport|pasaporte|passaporto|旅券番号|护照",
    "driver_licence": r"driv(er|ers|ing)_?licen[cs]e(_?(id|no|nr|num|number))?|dl_?(no|num|number)|fuhrerschein(_?(nr|nummer))?"
    r"|permis_de_conduire|licen[cs]e_?(no|num|number)|patente|carnet_conducir",
    "vehicle_id": r"vin|vehicle_?(id|identification)(_?(no|num|number))?|chassis(_?(no|number))?|fahrgestellnummer|fin|bastidor",
    "licence_plate": r"(licen[cs]e|number)_?plate(_?(no|number))?|plate(_?(no|num|number))?|kennzeichen|kfz_kennzeichen|immatriculation"
    r"|matricula|targa|registration_plate|ナンバープレート",
    "mac_address": r"mac(_?addr(ess)?)?|hw_?addr|bssid",
    "ip_address": r"ip(v4|v6)?(_?addr(ess)?)?|ip_?adresse|remote_?addr(ess)?|client_?ip|host_?ip|src_?ip|dst_?ip",
    "device_id": r"imei|meid|imsi|udid|idfa|gaid|aaid|device_?(id|serial|serial_number|identifier)|serial_?(no|nr|number)|seriennummer"
    r"|android_?id|advertising_?id|pacemaker_.*",
    "profile_url": r"(profile|homepage|personal|user|linkedin|facebook|twitter|instagram|github)_?(url|link|page|site)?|homepage|website",
    "date_of_birth": r"dob|birth_?(date|day)|date_?of_?birth|birthdate|birthday|born(_?on)?|geburtsdatum|geburtstag|geb_?datum"
    r"|date_?(de)?_?naissance|fecha_?(de)?_?nacimiento|data_?(di)?_?nascita|geboortedatum|data_?(de)?_?nascimento|生年月日|出生日期",
    "first_name": r"(first|given|fore|christian)_?names?|fname|firstname|forename|vorname|rufname|prenom|nombre|nome|voornaam|imie|fornamn"
    r"|middle_?name|名|名前",
    "last_name": r"(last|family|sur)_?names?|lname|lastname|surname|nachname|familienname|nom(_?de_?famille)?|apellidos?|cognome|achternaam"
    r"|sobrenome|nazwisko|efternamn|maiden_?name|geburtsname|姓|苗字|名字",
    "full_name": r"(full|customer|client|patient|employee|person|contact|cardholder|holder|member|guest|student|applicant|borrower|tenant"
    r"|passenger|doctor|physician|buyer|seller|recipient|sender|beneficiary|account_?holder|card_?holder|insured|display|legal)_?name"
    r"|fullname|name_?of_?(patient|customer|client|employee|holder)|vollstandiger_name|nom_complet|nombre_completo|nome_completo"
    r"|kundenname|patientenname|mitarbeitername|kontoinhaber|naam|氏名|姓名|お名前|フルネーム",
    "street_address": r"(street|mailing|postal|home|billing|shipping|delivery|residential|residence)_?addr(ess)?|street|address|addr"
    r"|address_?line_?\d?|address_?\d|strasse|str|hausanschrift|anschrift|adresse|rue|direccion|calle|indirizzo|via|adres|endereco|ulica"
    r"|gatuadress|住所|地址",
    "postcode": r"zip|zip_?code|post_?code|postal_?code|plz|postleitzahl|code_?postal|codigo_?postal|cap|cep|kod_pocztowy|郵便番号|邮编",
    "city": r"city|town|municipality|stadt|ort|wohnort|ville|commune|ciudad|localidad|citta|comune|plaats|stad|cidade|miasto|市区町村|城市",
    "country": r"country|country_?(code|name)|land|pays|pais|paese|国|国家",
    "username": r"user_?names?|login(_?name)?|user_?login|nick_?names?|screen_?name|user_?handle|handle|account_?name|benutzername"
    r"|nom_utilisateur|usuario|utente|ユーザー名|用户名",
}  # fmt: skip
_PATTERNS = {kind: re.compile(rf"_(?:{words})(?:_?\d+)?_") for kind, words in _WORDS.items()}

# Such a word at the front or the end says that the column describes a property of the thing, not the thing.
_PROPERTY = re.compile(
    r"^_(is|has|n|num|count|total|avg|mean|min|max)_|_(type|kind|category|class|flag|status|counts?|total|length|len|score|rate|share|verified"
    r"|valid|opt|optin|optout|provider|domain|brand|model|quality|plan|group|segment|usage|minutes|calls|services?|multiplier|gain|loss|hash"
    r"|lines?)_$"
)
_NOT_A_PERSON = re.compile(
    r"_(company|firm|firma|product|item|brand|file|host|server|domain|table|column|field|city|town|street|country|state|school|event|project"
    r"|department|dept|team|course|category|group|class|type|model|species|plant|variable|metric|test|drug|medication|job|position|bank|store"
    r"|shop|branch|station|airport|airline|carrier|region|county|district|app|package|module|function|code|dataset|feature|brand|vendor|org"
    r"|organisation|organization|institution|hospital|movie|film|song|track|album|title|hotel|restaurant|game|dog|cat|pet|horse|ship|vessel)_"
)
_AMBIGUOUS_NAME = re.compile(
    r"_(names?|nom|customer|client|patient|employee|person|contact|owner|author|member|guest|student|manager|kunde|mitarbeiter|inhaber|agent"
    r"|doctor|physician|recipient|sender|buyer|seller|holder|user)_$"
)
_ADDRESSES = ("city", "country", "postcode", "street_address")
# Where somebody comes from is an attribute like sex or race, not part of an address.
_ORIGIN = re.compile(r"_(native|birth|origin|nationality|citizenship|of_birth)_")


@lru_cache(maxsize=4096)
def words_of(column: str) -> str:
    """The words of a column's name in lower case and without accents, joined and enclosed by "_"."""
    spaced = _CAMEL.sub("_", column)
    return "_" + _SPLIT.sub("_", without_accents(spaced).casefold()).strip("_") + "_"


def without_accents(text: str) -> str:
    """`text` with its Latin letters in ASCII; other scripts keep their marks, which make other letters there."""
    if text.isascii():
        return text
    kept: list[str] = []
    for char in unicodedata.normalize("NFKD", text.translate(_LETTERS)):
        if not (unicodedata.combining(char) and kept and kept[-1].isascii()):
            kept.append(char)
    return unicodedata.normalize("NFC", "".join(kept))


@lru_cache(maxsize=4096)
def kind_by_name(column: str) -> str | None:
    """The kind that the name of a column states, None where it states none."""
    words = words_of(column)
    if _PROPERTY.search(words):
        return None
    for kind, pattern in _PATTERNS.items():
        if not pattern.search(words):
            continue
        if kind in _ADDRESSES and _ORIGIN.search(words):
            continue
        if kind in ("first_name", "last_name", "username") and _NOT_A_PERSON.search(words):
            continue
        return kind
    return None


@lru_cache(maxsize=4096)
def may_name_a_person(column: str) -> bool:
    """Whether the name of a column leaves open that it holds names of people ("name", "customer", "owner")."""
    words = words_of(column)
    return _AMBIGUOUS_NAME.search(words) is not None and _NOT_A_PERSON.search(words) is None


@lru_cache(maxsize=4096)
def owner_of(column: str) -> str:
    """The words of a column's name that its kind leaves over: "buyer" of both "buyer_email" and "buyer first name"."""
    words = words_of(column)
    for pattern in _PATTERNS.values():
        found = pattern.search(words)
        if found:
            words = words[: found.start()] + "_" + words[found.end() :]
            break
    return words.strip("_")
