"""Named queries: `queries/NAME.rq` and the arguments of whoever asks → SPARQL, ready for the workers.

One file is one endpoint (`kg run NAME`, `/queries/NAME`). The file is plain SPARQL that runs as it lies in any tool;
comment lines that begin with `#:`, before anything else in the file, say what it answers and type its parameters:

    #: Who leads a group, or led it.
    #: Asserted facts only.
    #: tags: groups, people
    #: example: group=Dockers' Union & phase=current
    #: cache: 60
    #: short: group
    #: group (entity): the group, or any
    #: phase (phase): current, former, future or unknown, or any
    #: limit (integer = 100): how many rows at most
    #: offset (integer = 0): how many rows to pass over
    PREFIX kg: <https://w3id.org/newsgraph/ontology#>
    SELECT ?person ?group ?phase WHERE {
      VALUES ?group { UNDEF }
      VALUES ?phase { UNDEF }
      …
    } ORDER BY ?group ?person LIMIT 100 OFFSET 0

* The first line is the title, further ones a description, up to the parameters. Two spaces or more also begin a
  parameter in the same line. An indented line goes on with the description of the parameter above it.
* `tags:` are words to find it by; `example:` are arguments that show what it does; `cache:` is for how many seconds
  clients and proxies may keep an answer though the graph has changed (without it they ask each time, and get 304).
* `short:` says whether the query answers in a moment however large the graph is: `yes`, `no` (as without the line), or
  the parameters of which any one bounds it. The service keeps a worker free for such queries. `needs:` are parameters of
  which one has to be given, whichever.
* A parameter is `name (type): description`, `name (type = default): description` or, where leaving it out would compare
  everything with everything, `name (type, required): description`. Types: `iri` (an IRI, or a prefixed
  name whose prefix the file declares), `entity`, `article`, `statement` (an IRI, or whatever the caller can resolve to
  one, as a slug or a name), `text`, `date` (2024, 2024-03 or 2024-03-09), `integer`, `number`, `boolean`, and the names
  that the ontology knows: `class`, `eventType`, `predicate`, `phase`, `modality`.
* Each has one `VALUES ?name { UNDEF }` or more: UNDEF is "any", and binding puts the argument in its place, as an RDF
  term that prints escaped and cannot inject. One with a default has that in the block (`VALUES ?name { 2 }`), so that
  the file answers the same everywhere. `limit` and `offset` stand for the number after LIMIT or OFFSET instead; a query
  that has both, and an ORDER BY, is one of pages.
* `format`, `timeout` and `form` are the service's and name no parameter.

Reading checks all of this, and that the file is a query that may run; what is wrong stops the start, with file, line
and remedy (QueryFileError). Why VALUES inside the pattern: pyoxigraph's `substitutions` refuses variables that SELECT
does not project, and VALUES after WHERE miscounts under aggregates (0.5.13); inside, every server is right.

Traps for authors (measured, 0.5.13; `python -m tests.benchmarks.bench_queries` times every file on 100,000 articles):

* A UNION after an unbound anchor scans the store, so each branch gets its own VALUES and its constants (`kg:asserted
  true`); what differs by branch only in its name (a subject, an object) is better one path, `rdf:subject|rdf:object`;
  what follows the UNION may be read first and whole, so that it is better in each branch too.
* A required pattern after an OPTIONAL scans too, so OPTIONAL comes last, also for what lies in `GRAPH ?g`, which is named
  again there (0.01 s instead of 5 s at 20,000 statements). OPTIONAL takes one pattern: `?x :p ?a ; :q ?b` in it reads all
  of :p and :q (150 ms instead of 1 ms at 5,000 articles).
* In `GRAPH ?g`, `?claim ?stance ?statement` with a FILTER on ?stance is fast, VALUES of two predicates there is not.
* NOT EXISTS and EXISTS of several patterns read each of them whole, for every row. One pattern is looked up, and so is one
  in a FILTER EXISTS within it: `EXISTS { GRAPH ?g { ?c kg:supports ?s } FILTER EXISTS { ?s rdf:predicate ?p } }`. Or MINUS,
  with the anchor's VALUES and patterns in it once more (800 ms to 6 ms at 5,000 articles). A path cannot cross graphs
  inside `GRAPH ?g`.
* A look-up costs 10-20 µs, a row of a scan 0.3: what is wanted of a tenth of all statements or more is better a SELECT of
  its own, `{ SELECT ?s ?n WHERE { ?s kg:supportingSources ?n } }`, which is read once, whole, and hashed (two such over
  194,000 statements take 0.3 s, looking one up for each of the other 3.8 s). What has an anchor is looked up.
* ORDER BY looks a name or an IRI up each time that it compares it, about 10 µs. Numbers, days, booleans and strings of 15
  bytes or fewer need no look-up: rows are sorted by such keys (`SUBSTR(REPLACE(STR(?x), "^.*/", ""), 1, 15)`, the
  beginning of the name in an IRI), and by the IRI itself where these are equal (0.3 s to 0.05 s for 3,000 rows). What is
  the same in all rows, as an argument that has to be given, comes last in ORDER BY or not at all.
* So the page is chosen first, in an inner query with the ORDER BY and LIMIT, by what is there without a look-up; labels and
  optional things are added to its rows. Where even the keys are many, the days alone are sorted, MIN of their page is where
  the page ends, and only what is not older is sorted in full.
* A sub-select beside patterns is taken to be large, unless it has a LIMIT: what is to be looked up for its rows stands in
  OPTIONAL, in a FILTER on what OPTIONAL found, or around it. FILTER EXISTS about one variable is asked as early as that is
  known, of rows that another filter would have left out.
* A join whose first side is empty reads nothing of the second, and a sub-select with an aggregate and no GROUP BY goes
  first. So what pays for many and not for few stands in two branches of a UNION, each a join of a count that lets one of
  them through, `{ SELECT (COUNT(?one) AS ?few) WHERE {…} HAVING(COUNT(?one) <= 1000) }`, and a sub-select with all the
  rest; an argument that may be left out is such a count too, of `VALUES ?x { UNDEF }`. (A branch that the engine finds
  empty without running it leaves the variables of the other one unbound in its eyes, and every OPTIONAL after it is read
  whole.) BIND hides a variable from it in the same way.
* `FILTER(!BOUND(?x) || EXISTS {…})` for an argument that may be left out looks at every row that there is without it; two
  branches do not, each behind `{ VALUES ?x { UNDEF } FILTER(BOUND(?x)) }` or its contrary. What would still be all of the
  graph without an argument takes it as `required`, or one of several as `needs:`.
* rdflib fails on GROUP_CONCAT(DISTINCT ?x) of an unbound ?x: write COALESCE(?x, "").
"""

from kg.query.named import NamedQuery, bind, read_queries
from kg.query.parameters import Parameter, ParameterType

__all__ = ["NamedQuery", "Parameter", "ParameterType", "bind", "read_queries"]
