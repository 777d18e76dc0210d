"""The language models of cc_net (Wenzek et al. 2020), of the openings of Wikipedia's articles in 48 languages."""

from typing import NamedTuple

MODELS_OF_CC_NET = "https://dl.fbaipublicfiles.com/cc_net/lm/"


class ModelOfCcNet(NamedTuple):
    """What is known of the model of a language.

    Attributes
    ----------
    sha256: of {language}.arpa.bin. None is known of {language}.sp.model.
    head, middle: the perplexities at which these buckets end.
    """

    sha256: str
    head: int
    middle: int


# The checksums are those that dolma pins (its taggers of perplexity); the cutoffs are rows 30 and 60 of cc_net's
# cutoff.csv.
KNOWN_OF_CC_NET = {
    "af": ModelOfCcNet("7278e70cb22e29e94942b103c0ba49f406a9369c2949199fdf8d4bee4b0ce48e", 540, 770),
    "ar": ModelOfCcNet("85739ba1e022a4abd9eb260e6c67e8a4e7646f0717e2800d8dde1ec039b7f5e2", 490, 790),
    "az": ModelOfCcNet("247fd2355db94b4357d19c78c8ac38ce16299d1dac237745edeea8005d7771ba", 600, 950),
    "be": ModelOfCcNet("b23a70aa0cec41555932e6b4aaa5a361c95d091fbd6d4c21e6a48c866b9cd1e8", 670, 910),
    "bg": ModelOfCcNet("1edb68d25238d692cb9cc6b2e4f9fce0e99b49b421020c8e89d0781507dbcd38", 450, 680),
    "bn": ModelOfCcNet("f21c8187eb77d2d7d17892b61dc3446dab79a61d3d0af4f0c90660f9df500cb2", 190, 300),
    "ca": ModelOfCcNet("1e4e84639fd9a35cbfa47709ca2cd9eefc84dcee7ab7d91df11e5f89f88312d4", 210, 330),
    "cs": ModelOfCcNet("4f89f980c12cae596b19fccd9aebea4be5be86c6f81a8b42fc975922ea656bb1", 820, 1140),
    "da": ModelOfCcNet("b7f754b56421944ada2c979d0b11e8eada8308e179cb60fbc1acc4318b03695b", 380, 600),
    "de": ModelOfCcNet("a5bc18a9741dc57593d7cce469350d5d2db8ce1e87be6c2ec450850316e586ba", 370, 590),
    "el": ModelOfCcNet("8a53a69835d0a8e88c720fc052180c54973d2b6ac3ed2ff83c666d432a0d3686", 450, 670),
    "en": ModelOfCcNet("e90c9b25af01dcaa2667ed45d012d891269760fc6eccfe8dbbd161eb20e01d7d", 340, 520),
    "es": ModelOfCcNet("00121ab8c31f275132fc67c292392a33ff81b8eae1015103e8a86f9df2e642d4", 180, 290),
    "et": ModelOfCcNet("7c4b98dc3f7fff73611afdd0dc1379437cb0b3dd3addc0abadb65864cabb937f", 1270, 1620),
    "fa": ModelOfCcNet("05d00d4fdb31e00295a63e4df4187954d43850a8bd7b61c717f809b19fc94cfe", 370, 700),
    "fi": ModelOfCcNet("56aa4a6890c4152be3d594e7f7dc353e78881500803f36586c1c01d88f906618", 1110, 1500),
    "fr": ModelOfCcNet("4a52387916be57551013df3f9052ee031c042445940a4d0e69b066597586c6aa", 180, 330),
    "gu": ModelOfCcNet("4ad5be86ef47f3105eb9d7d178520a0cede5d02e4ca61a3aa2d32c8322ca5bd1", 1110, 1570),
    "he": ModelOfCcNet("69d1ab538beb6c8aa646b7c611b701ad2d1a19dcce00d6690072fa9453ad2f00", 1280, 1710),
    "hi": ModelOfCcNet("b7173df087ff5b24d759fdbf8d07d8e21a31c1b54c978c7c5c71f05b24e12f47", 480, 790),
    "hr": ModelOfCcNet("3ba8caf473415c4d12be594c36892f1454a71a08441ad796bf105ebe4e957a8f", 720, 910),
    "hu": ModelOfCcNet("ce82ceb8a1e808fc441d985c4249c08c67d527937d26e3e524404185803723cf", 80, 140),
    "hy": ModelOfCcNet("3c5c3511a82538ab198536e54df4e770c40d78bf5929a7143ab42695641a0031", 750, 1080),
    "id": ModelOfCcNet("8e871368fb386180df09d1dfb45f0319dba7a1955b9d209e498c49d96d07b3dd", 600, 970),
    "is": ModelOfCcNet("287f6f7bd8130d50df8966169427b236e9aa79ff2b4250c5bdfdc2c9a0c19f52", 850, 1190),
    "it": ModelOfCcNet("784efb647bd699041809d59dd309193f78a47ea347d13b0c93c3bd74f437a53b", 220, 360),
    "ja": ModelOfCcNet("efa96d229e2a84be705f81bc4ea1c6da79505e5c7f001f92586e16481e5b586a", 1110, 1450),
    "ka": ModelOfCcNet("07477bd9166bc2c748532f1c3af65aad42740231c0dc1f8a4410764e0d626199", 910, 1310),
    "kk": ModelOfCcNet("3cec2b6c9b3ae34919dd23ff59148e81b76593d7ec17feefcd5e2829cd1643c0", 610, 930),
    "km": ModelOfCcNet("84a09db4e1e7a70e1cd7c347d9729339e3eaa993f42b4bba4ba91fe0a84ff763", 1040, 2180),
    "kn": ModelOfCcNet("f1e0e469c8c78ac4e3b62d348e966e658cf7b8f683aafa4a2b4d55ca1e7d756c", 2210, 2800),
    "ko": ModelOfCcNet("7e345046786a1ac6dbb0d3d0fdd65d2ff0e8a848395dbc84c6152acee1987f5f", 920, 2130),
    "lt": ModelOfCcNet("ecc1703e098477503035d980f6be841b5359f8f5f55cc4f78087232c7da15398", 190, 270),
    "lv": ModelOfCcNet("5f6212551d5de115309674eed8ea595f1375973832917dd285942a0ef8d6c7e7", 1130, 1480),
    "mk": ModelOfCcNet("0915b0c452f5bc6dd254c4145fd09f1252ea5e17f13f48991c72cb98fa2ed804", 530, 740),
    "ml": ModelOfCcNet("3f0cfbf0bdc6935229d6903df8cb60b4ed2b9ed2cb9d4c253266b13bd3211297", 2430, 3220),
    "mn": ModelOfCcNet("c8e57fcf604d178d45fbe3b1650c04e715c41cb8151bf8b115dc88c52ebfba56", 680, 1010),
    "mr": ModelOfCcNet("e00986484585cd67deba5902c7da78566452e3c40fc9aa285218152563d33303", 1380, 1870),
    "my": ModelOfCcNet("ac3496e2981ea3ad85673ca52e04f5aa8e7be68d1d94c2e73ce26436864ae217", 2530, 3040),
    "ne": ModelOfCcNet("7ef6c2d3e4e1858fb207e6c200e422833ccf072157a6a0148b408db3e760d22e", 860, 1130),
    "nl": ModelOfCcNet("aa017d97061e84f51d7f74b83a6a43aef246974fc9a502436043f6f0e9e12bbb", 430, 650),
    "no": ModelOfCcNet("0ec663c264d6580beebe7e0e80a939dbe7082af55af3875f292ebd11ea5800de", 430, 680),
    "pl": ModelOfCcNet("b97634bca2b28d95716b951ceadca3de4a170ff07639bcdc3c73fc0961362e98", 160, 260),
    "pt": ModelOfCcNet("f5a10774d7b7125c6e887b62c56fea2d348adebc81ab1708d34f68de722090e0", 170, 270),
    "ro": ModelOfCcNet("619b9a2d4d53bdb368bfdf2cc770e1e9549d52b22d1fd3afc0ee8a022543ed56", 180, 270),
    "ru": ModelOfCcNet("588da7d3e160f61f7e821804bc4d518460687e1c4832c339bb3a28c03417ab53", 210, 310),
    "uk": ModelOfCcNet("bfd09bdfe669a9fd5f8f8d9be519bdce3fb678214bc6afd5ccce499930b7d311", 140, 220),
    "zh": ModelOfCcNet("f157d94cb2828bbb44b5dddf38e7eb7f62a47d317917646a73fe2af50a3dad68", 1460, 1950),
}
