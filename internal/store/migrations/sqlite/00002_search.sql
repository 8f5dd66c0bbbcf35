-- The full-text index of titles and leads. It keeps no text of its own
-- (contentless), and is given words that are already folded, with a space
-- between them: the tokenizer only has to take them apart again, so what
-- belongs to a word, such as the signs of C++ and AT&T, must not divide it.

-- +goose Up
CREATE VIRTUAL TABLE story_words USING fts5 (
    title,
    lead,
    content = '',
    contentless_delete = 1,
    tokenize = "unicode61 remove_diacritics 2 categories 'L* M* N* P* S* Co'"
);
