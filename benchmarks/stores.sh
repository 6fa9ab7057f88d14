#!/usr/bin/env bash
# Trains the packaged generic stores from the corpora of SKILLWISE_DATA, into $OUT/{en,de}.
# Dialogue and speech weigh twice: they are how people talk to a voice assistant, books are not.
set -euo pipefail
cd "$(dirname "$0")/.."
: "${SKILLWISE_DATA:?names the folder that holds text/}"
text="$SKILLWISE_DATA/text"
out=${OUT:-runs/stores}
read -ra skillwise <<<"${SKILLWISE:-.venv/bin/skillwise}"

# What the English store reads, as arguments in `english`.
english_text() {
  local twice=(ami_transcripts common_voice_sentences_en disfl_qa mimic_prompts_en multidogo
    query_wellformedness sgd synthetic_persona_chat taskmaster topical_chat)
  local once=(classic_books_en irc_disentanglement nltk_public_domain
    open_english_wordnet_glosses spacelog ud_english_ewt wiki_split_eval)
  english=()
  for name in "${twice[@]}"; do english+=(--text "$text/$name/text.txt.gz:2"); done
  for name in chatterbot_corpus tatoeba_en_de_50k voice_scripts_en_de; do
    english+=(--text "$text/$name/text.en.txt.gz:2")
  done
  for name in "${once[@]}"; do english+=(--text "$text/$name/text.txt.gz"); done
}

en() {
  english_text
  "${skillwise[@]}" pretrain --locale en "${english[@]}" --set max_words=40000 \
    --set min_count=8 --steps "${STEPS_EN:-12000}" --resume --out "$out/en"
}

# Other ways to make vectors, on the text of the English store; COMPARATORS has further options.
comparators() {
  english_text
  read -ra more <<<"${COMPARATORS:-}"
  "${PYTHON:-.venv/bin/python}" benchmarks/comparators.py --locale en "${english[@]}" \
    --max-words 40000 --min-count 8 --beside "packaged=pretrain/stores/en" \
    --work "${WORK:-runs/comparators}" "${more[@]}"
}

de() {
  local args=()
  for name in common_voice_sentences_de thorsten_corpus_de; do
    args+=(--text "$text/$name/text.txt.gz:3")
  done
  for name in chatterbot_corpus tatoeba_en_de_50k voice_scripts_en_de; do
    args+=(--text "$text/$name/text.de.txt.gz:3")
  done
  for name in gerdracor_de_drama mdn_de_prose; do args+=(--text "$text/$name/text.txt.gz"); done
  "${skillwise[@]}" pretrain --locale de "${args[@]}" --set max_words=33800 --set min_count=4 \
    --steps "${STEPS_DE:-8000}" --resume --out "$out/de"
}

for language in "${@:-en}"; do "$language"; done
