#!/bin/bash
git clone https://git.example.org/words/lexicon
cp lexicon-compose.yml lexicon/
cd lexicon
docker compose -f lexicon-compose.yml up -d
