package io.portolan.core.reply;

/**
 * A rule as its users see it.
 *
 * @param place where it stands, such as {@code reply-rules.csv line 7}
 * @param conditions in words, such as {@code gmail, code 550, status 5.1.1}
 * @param readsText whether it looks at the text, and not at codes alone
 * @param sample a reply that it decides
 */
public record RuleDescription(
    String id, String place, String conditions, boolean readsText, SmtpReply sample) {}
