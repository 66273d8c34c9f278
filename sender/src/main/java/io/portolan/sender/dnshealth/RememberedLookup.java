package io.portolan.sender.dnshealth;

import io.portolan.sender.dns.RecordAnswer;
import io.portolan.sender.dns.RecordLookup;
import io.portolan.sender.dns.RecordType;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Asks each thing once, for one check on one thread. */
final class RememberedLookup implements RecordLookup {
  private record Question(String name, RecordType type) {}

  private final RecordLookup dns;
  private final Map<Question, RecordAnswer> answers = new HashMap<>();

  RememberedLookup(RecordLookup dns) {
    this.dns = dns;
  }

  @Override
  public RecordAnswer ask(String name, RecordType type) throws InterruptedException {
    Question question = new Question(name.toLowerCase(Locale.ROOT), type);
    RecordAnswer known = answers.get(question);
    if (known != null) {
      return known;
    }
    RecordAnswer answer = dns.ask(name, type);
    answers.put(question, answer);
    return answer;
  }
}
