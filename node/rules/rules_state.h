/* What the files of the rules share; nobody else includes it. */
#ifndef YS_NODE_RULES_RULES_STATE_H
#define YS_NODE_RULES_RULES_STATE_H

#include "node/model/parameter_rows.h"
#include "node/rules/rules.h"

enum { YS_RULE_SQL_MAX = 4096, YS_RULE_MATTERS_MAX = 400 };

/* What the rows of a rule rest on, and with which of what was touched they are made anew. */
enum ys_rule_scope {
    YS_RULE_OF_RECORD, /* one record */
    YS_RULE_OF_MATTER, /* the records of one matter */
    YS_RULE_OF_UNIT,   /* those of one unit, and of the units below */
    YS_RULE_OF_PAPERS, /* the same, but for most records of matters */
    YS_RULE_OF_DUTIES, /* the rows of `duty`: by matter, or by unit where there is none */
    YS_RULE_SCOPES
};

/* A rule with its statements, which are prepared when they are first run. */
struct ys_rule_run {
    struct ys_rule rule;
    enum ys_rule_scope scope;
    bool is_duty;
    bool has_view; /* beside its duties, it finds what is wrong at once */
    char *text;    /* all texts of `rule`, one after the other */
    /* By what was touched; the last: all. */
    struct ys_query *put_duties[YS_RULE_SCOPES + 1], *put_findings[YS_RULE_SCOPES + 1],
        *put_late[YS_RULE_SCOPES + 1];
};

struct ys_rules {
    struct ys_model *model;
    struct ys_sql *sql;
    struct ys_parameter_rows parameters;
    bool parameters_loaded;
    size_t count;
    struct ys_rule_run *run;
    struct ys_query *forget[YS_RULE_OF_DUTIES][2];
    struct ys_rule *catalogue;                                  /* the same, for others */
    void (*progress)(void *context, size_t done, size_t total); /* NULL: nobody is told */
    void *context;
};

/* Texts of all files, in the order in which they are run; NULL ends them. */
extern const char *const ys_rule_files[];

/* --- making.c --- */
/* Tables, views and catalogue of this version in the file. */
enum ys_code ys_rules_make(struct ys_rules *rules, bool *made_out, struct ys_err *err);
enum ys_code ys_rules_load_catalogue(struct ys_rules *rules, struct ys_err *err);

/* --- rules.c --- */
/* The statement that puts the rows of the rule's view that meet `where` (of `v`) into `finding`. */
void ys_rule_print_view(const struct ys_rule *rule, const char *where, char out[YS_RULE_SQL_MAX]);
/* The table `year` up to the year after `today`. `grown_out`: it had fewer. */
enum ys_code ys_rules_keep_years(struct ys_rules *rules, uint32_t today, bool *grown_out,
                                 struct ys_err *err);
/* The rows of one rule anew, as they follow from its views now: for tests that change these. */
enum ys_code ys_rules_apply_one(struct ys_rules *rules, struct ys_rule_run *run,
                                struct ys_err *err);

/* --- finding.c --- */
/* Is it one of the words, which stand between spaces? */
bool ys_rule_has_word(const char *words, const char *word);

/* --- trying.c --- */
/* Is the rule asked about records that are only tried? */
bool ys_rule_is_tried(const struct ys_rule_run *run);

#endif
