package io.portolan.sender.dnshealth;

import io.portolan.core.address.Domain;
import io.portolan.core.dnshealth.DnsCheck;
import io.portolan.core.dnshealth.DnsFinding;
import io.portolan.sender.dkim.DkimKey;
import io.portolan.sender.dns.RecordAnswer;
import io.portolan.sender.dns.RecordLookup;
import io.portolan.sender.dns.RecordType;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The DMARC policy of a sending domain, and whether our mail from it passes (RFC 7489). */
final class DmarcCheck {
  private static final Set<String> POLICIES = Set.of("none", "quarantine", "reject");
  private static final String START = "v=DMARC1; p=none; rua=mailto:dmarc@";
  private static final int LONGEST = 4_096;

  private final RecordLookup dns;

  DmarcCheck(RecordLookup dns) {
    this.dns = dns;
  }

  /**
   * Checks a domain.
   *
   * @param bounce the domain of the return path, which SPF speaks for
   * @param signer the key that signs the domain's mail
   */
  DnsFinding check(Domain from, Domain bounce, Optional<DkimKey> signer)
      throws InterruptedException {
    Findings findings = new Findings(from.name(), DnsCheck.DMARC);
    Domain above = OrganizationalDomain.of(from);
    RecordAnswer answer = policies(from);
    boolean isOwn = answer instanceof RecordAnswer.Found || above.equals(from);
    if (answer instanceof RecordAnswer.None && !isOwn) {
      answer = policies(above);
    }
    return switch (answer) {
      case RecordAnswer.Failed(String detail) ->
          findings.unknown("Whether " + from + " has a DMARC policy is not known", detail);
      case RecordAnswer.None _ ->
          findings.error(
              "",
              "The domain has no DMARC policy. Gmail, Yahoo and Outlook.com refuse bulk mail"
                  + " without one.",
              "Publish a TXT record at _dmarc."
                  + above
                  + ": \""
                  + START
                  + above
                  + "\". With p=none nothing changes but that you get reports.");
      case RecordAnswer.Found(List<String> records) -> {
        if (records.size() > 1) {
          yield findings.error(
              String.join(" | ", records),
              "There are "
                  + records.size()
                  + " DMARC records; with more than one receivers count none (RFC 7489 section"
                  + " 6.6.3).",
              "Leave one of them.");
        }
        yield judge(findings, records.getFirst(), new Mail(from, bounce, signer), isOwn);
      }
    };
  }

  /** Our mail as DMARC sees it. */
  private record Mail(Domain from, Domain bounce, Optional<DkimKey> signer) {
    boolean alignsSpf(boolean isStrict) {
      return isStrict ? bounce.equals(from) : OrganizationalDomain.align(bounce, from);
    }

    boolean alignsDkim(boolean isStrict) {
      return signer
          .map(DkimKey::domain)
          .filter(
              domain -> isStrict ? domain.equals(from) : OrganizationalDomain.align(domain, from))
          .isPresent();
    }
  }

  /** The records that are DMARC policies; None where there are none. */
  private RecordAnswer policies(Domain domain) throws InterruptedException {
    RecordAnswer answer = dns.ask("_dmarc." + domain, RecordType.TXT);
    if (!(answer instanceof RecordAnswer.Found(List<String> texts))) {
      return answer;
    }
    List<String> policies = texts.stream().filter(DmarcCheck::isPolicy).toList();
    return policies.isEmpty() ? new RecordAnswer.None(true) : new RecordAnswer.Found(policies);
  }

  private static boolean isPolicy(String text) {
    return text.length() <= LONGEST && text.matches("v\\s*=\\s*DMARC1\\s*(;.*)?");
  }

  private static DnsFinding judge(Findings findings, String record, Mail mail, boolean isOwn) {
    TagList tags = TagList.parse(record);
    String policy = tags.word("p", "");
    boolean hasReports = tags.find("rua").filter(rua -> !rua.isEmpty()).isPresent();
    if (!POLICIES.contains(policy) && !hasReports) {
      return findings.error(
          record,
          "The record has no policy: p is not none, quarantine or reject, so receivers count it as"
              + " none.",
          "Set p=none to begin with.");
    }
    String inForce = isOwn ? policy : tags.word("sp", policy);
    boolean alignsSpf = mail.alignsSpf(tags.word("aspf", "r").equals("s"));
    boolean alignsDkim = mail.alignsDkim(tags.word("adkim", "r").equals("s"));
    if (!alignsSpf && !alignsDkim) {
      return findings.error(
          record,
          "Mail from "
              + mail.from()
              + " does not pass DMARC: neither the bounce domain "
              + mail.bounce()
              + " nor a signature belongs to it. Receivers "
              + consequence(inForce)
              + ", and Gmail, Yahoo and Outlook.com refuse it as bulk mail.",
          "Sign its mail (set dkim."
              + mail.from()
              + "), or use a bounce domain below "
              + OrganizationalDomain.of(mail.from())
              + ". If a relay signs it with this domain, there is nothing to do.");
    }
    String passes =
        "Policy "
            + (inForce.isEmpty() ? "none" : inForce)
            + (isOwn ? "" : " of " + OrganizationalDomain.of(mail.from()))
            + "; mail passes by "
            + (alignsSpf && alignsDkim ? "SPF and DKIM" : alignsDkim ? "DKIM" : "SPF")
            + ".";
    if (!alignsDkim) {
      return findings.warning(
          record,
          passes + " Forwarded mail fails, for SPF does not outlive forwarding.",
          "Sign its mail: set dkim." + mail.from() + ".");
    }
    if (!hasReports) {
      return findings.warning(
          record,
          passes + " Nobody tells you whose mail fails, for the record has no rua.",
          "Add rua=mailto:AN-ADDRESS-OF-YOURS.");
    }
    return findings.ok(record, passes);
  }

  private static String consequence(String policy) {
    return switch (policy.toLowerCase(Locale.ROOT)) {
      case "reject" -> "are asked to refuse it";
      case "quarantine" -> "are asked to treat it as spam";
      default -> "report it";
    };
  }
}
