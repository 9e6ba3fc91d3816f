#!/bin/sh
# 只用 openssl、sha256sum 和系统自带的小工具核对本文件夹。先读懂再运行：sh check.sh
# 每一步的说明见 README.md。全部相符时退出状态为 0。
cd "$(dirname "$0")" || exit 3
wrong=0
bad() { echo "不符  $*"; wrong=1; }
hash64() { openssl dgst -sha256 -binary | openssl base64 -A; }

# 一、文件没有改动
sha256sum -c --quiet SHA256SUMS || bad "SHA256SUMS"

# 二、密钥：PEM 就是登记的那一把；登记它的记录在本文件夹里，或者它在根文件里
while IFS='	' read -r pem vkey where; do
    a=$(openssl pkey -pubin -in "$pem" -outform DER | tail -c 32 | openssl base64 -A)
    b=$(sed 's/^[^+]*+[^+]*+//' "$vkey" | openssl base64 -d -A | tail -c 32 | openssl base64 -A)
    [ "$a" = "$b" ] || bad "$pem 与 $vkey 不是同一把密钥"
    if [ "$where" = root.pub ]; then
        grep -qF -f "$vkey" root.pub || bad "$vkey 不在 root.pub 里"
    else
        grep -qaF -f "$vkey" "$where/body" || bad "$where 没有登记 $vkey"
    fi
done <keys.tsv

check() {
    # 三、内容：记录第七行是内容的 SHA-256
    if [ -f "$1/body" ]; then
        [ "$(hash64 <"$1/body")" = "$(sed -n 7p "$1/text")" ] || bad "$1：内容与记录不符"
    fi
    for part in text head.text; do
        head -c "$(wc -c <"$1/$part")" "$1/$( [ $part = text ] && echo note || echo head)" | cmp -s - "$1/$part" ||
            bad "$1：$part 不是原文的开头"
        grep -q "	$part	" "$1/signatures.tsv" || bad "$1：$part 没有签名"
    done
    # 四、签名：机构签在记录上；节点和上级签在日志头上，上级的联署带时间
    while IFS='	' read -r signature under pem time name; do
        if [ "$time" = 0 ]; then
            cat "$1/$under" >"$scratch"
        else
            { printf 'cosignature/v1\ntime %s\n' "$time"; cat "$1/$under"; } >"$scratch"
        fi
        openssl pkeyutl -verify -pubin -inkey "$pem" -rawin -in "$scratch" -sigfile "$1/$signature" >/dev/null 2>&1 ||
            bad "$1：$name 的签名无效"
    done <"$1/signatures.tsv"
    # 五、位置：从记录一路算到日志头第三行的根
    node=$({ printf '\000'; cat "$1/note"; } | hash64)
    while read -r side other; do
        if [ "$side" = left ]; then left=$other right=$node; else left=$node right=$other; fi
        node=$({ printf '\001'; echo "$left" | openssl base64 -d; echo "$right" | openssl base64 -d; } | hash64)
    done <"$1/path"
    [ "$node" = "$(sed -n 3p "$1/head.text")" ] || bad "$1：记录不在日志头的根之下"
    [ "$(sed -n 1p "$1/head.text")" = "$(sed -n 2p "$1/text")" ] || bad "$1：日志头属于另一个日志"
}

scratch=$(mktemp) || exit 3
trap 'rm -f "$scratch"' EXIT
count=0
for folder in membership/* records/*; do
    [ -d "$folder" ] || continue
    check "$folder"
    count=$((count + 1))
done
[ $wrong = 0 ] && echo "相符：$count 条记录的内容、签名、位置和密钥" || echo "有不符之处，见上"
exit $wrong
