"""Write the list of common passwords from well-known patterns: keyboard walks, words and years.

No leaked list is quoted. Run from the top folder: `python deploy/common_passwords.py`.
"""

from __future__ import annotations

from itertools import product
from pathlib import Path

TARGET = Path("dashboard/rules/common_passwords.txt")
HEAD = "# Made by deploy/common_passwords.py from patterns; one password a line, compared folded.\n"
WORDS = (
    "password", "passw0rd", "p@ssw0rd", "p@ssword", "admin", "administrator", "root", "welcome",
    "letmein", "iloveyou", "woaini", "qwerty", "qwertyuiop", "asdfgh", "asdfghjkl", "zxcvbn",
    "zxcvbnm", "abcdef", "abc", "test", "user", "guest", "login", "master", "system", "server",
    "computer", "office", "zhengfu", "shengfu", "shizhengfu", "xianzhengfu", "duchashi", "ducha",
    "minsheng", "shishi", "zhongguo", "china", "beijing", "shanghai", "renmin", "guanliyuan",
    "mima", "dashboard", "monkey", "dragon", "sunshine", "princess", "football", "superman",
    "changeme", "default", "secret", "hello", "helloworld", "nihao", "ceshi", "huawei",
)  # fmt: skip
CHINESE = (
    "密码",
    "管理员",
    "民生实事",
    "督查室",
    "市政府",
    "县政府",
    "人民政府",
    "我爱中国",
    "欢迎登录",
)
WALKS = (
    "1234567890", "0987654321", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1qaz2wsx3edc4rfv5tgb",
    "qazwsxedcrfvtgb", "1q2w3e4r5t6y7u8i9o", "abcdefghijklmnopqrstuvwxyz", "147258369",
    "1qazxsw23edcvfr4", "zaq12wsxcde3", "!qaz@wsx#edc", "q1w2e3r4t5y6u7i8",
)  # fmt: skip
YEARS = tuple(str(year) for year in range(2000, 2031))
TAILS = ("123", "1234", "12345", "123456", "1234567", "12345678", "123456789", "1234567890",
         "888888", "666666", "000000", "111111", "112233", "5201314")  # fmt: skip
MARKS = ("", "!", "@", "#", "@@", "!@#")


def patterns() -> set[str]:
    """Give every pattern of at least twelve signs, the shortest that could be chosen at all."""
    words = (*WORDS, *CHINESE)
    found = {word * times for word, times in product(words, range(2, 7))}
    found |= {f"{word}{mark}{tail}" for word, mark, tail in product(words, MARKS, (*TAILS, *YEARS))}
    found |= {f"{tail}{mark}{word}" for word, mark, tail in product(words, ("", "@"), TAILS)}
    for walk in WALKS:
        endless = walk * 3
        found |= {endless[a : a + n] for a, n in product(range(len(walk)), range(12, 21))}
        found |= {walk + tail for tail in (*TAILS, *YEARS)}
    found |= {digit * n for digit, n in product("0123456789", range(12, 17))}
    found |= {first + second for first, second in product(TAILS, repeat=2)}
    return {text for text in found if 12 <= len(text) <= 20}


def main() -> None:
    """Write the file."""
    TARGET.write_text(HEAD + "\n".join(sorted(patterns())) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
