package io.portolan.core.batch;

/**
 * The database's function {@code covering_suppression}, taken apart for many rows at once: a join
 * finds their addresses at a third of what asking for each costs. Expects rows {@code c} with
 * {@code address_key} and {@code domain}, and one row {@code args} with {@code list_id}, {@code
 * sending_domain} and {@code now}. An address may have several suppressions, for several lists: the
 * first in {@link #ORDER} counts.
 */
final class Covering {
  static final String JOIN =
      """
      LEFT JOIN suppression s ON s.kind = 'address' AND s.value = c.address_key
            AND suppression_holds(s.list_id, s.sending_domain, s.expires_at, args.list_id, args.sending_domain, args.now)
      """;

  /** Why the row is suppressed, or null; hashes and domains cost next to nothing if none are. */
  static final String REASON =
      """
      CASE WHEN s.reason IS NOT NULL THEN s.reason
           ELSE coalesce(
               CASE WHEN EXISTS (SELECT FROM suppression WHERE kind = 'hash') THEN (
                   SELECT h.reason FROM covering_hash_suppression(
                          c.address_key, args.list_id, args.sending_domain, args.now) AS h) END,
               CASE WHEN EXISTS (SELECT FROM suppression WHERE kind = 'domain') THEN (
                   SELECT d.reason FROM covering_domain_suppression(
                          c.domain, args.list_id, args.sending_domain, args.now) AS d) END)
      END
      """;

  static final String ORDER = "s.list_id NULLS FIRST, s.sending_domain NULLS FIRST";

  private Covering() {}
}
