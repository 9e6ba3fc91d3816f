def compute(a):
    a.count("A-01", "", sum(a.within(r.day) for r in a.of("topic_proposal")))
