package io.portolan.sender.dnshealth;

import io.portolan.core.address.Domain;
import io.portolan.core.dnshealth.DnsCheck;
import io.portolan.core.dnshealth.DnsFinding;
import io.portolan.sender.dkim.DkimAlgorithm;
import io.portolan.sender.dkim.DkimKey;
import io.portolan.sender.dns.RecordAnswer;
import io.portolan.sender.dns.RecordLookup;
import io.portolan.sender.dns.RecordType;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** The public keys of the domains that sign, and whether every sending domain has one. */
final class DkimCheck {
  private static final String DKIM = "DKIM1";
  private static final int LONGEST = 4_096;

  private final RecordLookup dns;

  DkimCheck(RecordLookup dns) {
    this.dns = dns;
  }

  /** Whether receivers find the key, and whether it is the one that we sign with. */
  DnsFinding check(DkimKey key) throws InterruptedException {
    String name = key.toString();
    // a domain's second key is a subject of its own
    Findings findings =
        new Findings(
            key.algorithm() == DkimAlgorithm.RSA ? key.domain().name() : name, DnsCheck.DKIM);
    return switch (dns.ask(name, RecordType.TXT)) {
      case RecordAnswer.Failed(String detail) ->
          findings.unknown("Whether the key at " + name + " is published is not known", detail);
      case RecordAnswer.None _ ->
          findings.error(
              "",
              "There is no key at " + name + ", so receivers count every signature as invalid.",
              "Publish a TXT record at " + name + ": \"" + wanted(key) + "\".");
      case RecordAnswer.Found(List<String> texts) -> {
        if (texts.size() > 1) {
          yield findings.error(
              String.join(" | ", texts),
              "There are "
                  + texts.size()
                  + " TXT records at "
                  + name
                  + "; which of them receivers take is left open (RFC 6376 section 3.6.2.2).",
              "Leave the one with your key.");
        }
        yield judge(findings, key, texts.getFirst());
      }
    };
  }

  /** Whether a sending domain's mail is signed at all. */
  static DnsFinding signing(Domain from, Optional<DkimKey> key) {
    Findings findings = new Findings(from.name(), DnsCheck.SIGNING);
    return key.map(
            signer ->
                findings.ok(signer.toString(), "Its mail is signed by " + signer.domain() + "."))
        .orElseGet(
            () ->
                findings.warning(
                    "",
                    "Mail from it goes out unsigned, unless a relay signs it. Gmail, Yahoo and"
                        + " Outlook.com refuse bulk mail without a signature.",
                    "Make a key, publish it, and set dkim."
                        + from
                        + ".selector and dkim."
                        + from
                        + ".key."));
  }

  private static DnsFinding judge(Findings findings, DkimKey key, String record) {
    if (record.length() > LONGEST) {
      return findings.error(
          record,
          "The record has more than " + LONGEST + " characters; no key is so long.",
          "Publish \"" + wanted(key) + "\" in its place.");
    }
    TagList tags = TagList.parse(record);
    String published = tags.find("p").orElse("").replaceAll("\\s", "");
    if (!tags.word("v", DKIM).equalsIgnoreCase(DKIM) || tags.find("p").isEmpty()) {
      return findings.error(
          record,
          "The record is no DKIM key (RFC 6376 section 3.6.1).",
          "Publish \"" + wanted(key) + "\" in its place.");
    }
    if (published.isEmpty()) {
      return findings.error(
          record,
          "The key is revoked: p= is empty, so receivers count every signature as invalid.",
          "Sign with a key under another selector, and publish that.");
    }
    if (!isOfKey(key, tags.word("k", "rsa"), published)) {
      return findings.error(
          record,
          "The published key is not the one that mail is signed with, so every signature is"
              + " invalid.",
          "Publish \""
              + wanted(key)
              + "\", or set dkim."
              + key.domain()
              + (key.algorithm() == DkimAlgorithm.RSA ? ".key" : ".ed25519-key")
              + " to the private key of what is published.");
    }
    return usable(findings, key, record, tags);
  }

  private static DnsFinding usable(Findings findings, DkimKey key, String record, TagList tags) {
    if (!allows(tags.word("h", "*"), "sha256") || !allows(tags.word("s", "*"), "email")) {
      return findings.error(
          record,
          "The record does not allow the key for mail signed with "
              + key.algorithm().tag()
              + " (tags h and s).",
          "Take the tags h and s out.");
    }
    if (has(tags.word("t", ""), "y")) {
      return findings.warning(
          record,
          "The key is marked as a test (t=y): receivers may treat its mail as unsigned.",
          "Take t=y out once signatures are found valid.");
    }
    boolean isOfSubdomains = !has(tags.word("t", ""), "s");
    if (key.isShort()) {
      return findings.warning(
          record,
          "The key has "
              + key.bits()
              + " bits. Receivers take it, but it should have 2048 (RFC 8301 section 3.2).",
          "Make a key of 2048 bits under another selector, publish it, then sign with it.");
    }
    return findings.ok(
        record,
        "The key is published and is the one that mail is signed with, "
            + key.bits()
            + " bits."
            + (isOfSubdomains ? "" : " It is for addresses of the domain itself (t=s)."));
  }

  private static boolean allows(String list, String word) {
    return has(list, "*") || has(list, word);
  }

  private static boolean has(String list, String word) {
    return Arrays.stream(list.split(":", -1)).anyMatch(each -> each.strip().equals(word));
  }

  private static boolean isOfKey(DkimKey key, String type, String published) {
    if (!type.equals(key.algorithm().keyType())) {
      return false;
    }
    try {
      byte[] found = Base64.getDecoder().decode(published);
      if (key.privateKey() instanceof RSAPrivateKey rsa) {
        return KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(found))
                instanceof RSAPublicKey other
            && other.getModulus().equals(rsa.getModulus());
      }
      return key.publicKey().filter(own -> Arrays.equals(own, found)).isPresent();
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return false;
    }
  }

  /** The record as it should be. */
  static String wanted(DkimKey key) {
    return "v=DKIM1; k="
        + key.algorithm().keyType()
        + "; p="
        + key.publicKey().map(Base64.getEncoder()::encodeToString).orElse("YOUR-PUBLIC-KEY");
  }
}
