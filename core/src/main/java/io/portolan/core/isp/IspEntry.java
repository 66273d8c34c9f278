package io.portolan.core.isp;

import io.portolan.core.InvalidException;
import io.portolan.core.address.Domain;
import io.portolan.core.address.InvalidAddressException;
import io.portolan.core.csv.CsvRow;
import io.portolan.core.csv.CsvTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A row of an ISP directory.
 *
 * @param domains in which its customers have their mailboxes; {@code *.rr.com} for every sub-domain
 * @param mxSuffixes with which the names of its mail hosts end
 * @param place where the entry stands, for whoever has to correct it
 */
public record IspEntry(Isp isp, List<String> domains, List<String> mxSuffixes, String place) {
  static final String DOMAINS = "consumer_domains";
  static final String MX_SUFFIXES = "mx_suffixes";
  static final List<String> COLUMNS =
      List.of("isp_id", "display_name", "kind", DOMAINS, MX_SUFFIXES, "platform_isp_id");

  // reply rules name relays so
  private static final Set<String> RESERVED = Set.of(Isp.OTHER.id(), "relay");
  private static final String ANY_SUBDOMAIN = "*.";

  public IspEntry {
    domains = List.copyOf(domains);
    mxSuffixes = List.copyOf(mxSuffixes);
  }

  static List<IspEntry> read(CsvTable table) {
    return table.rows().stream().map(IspEntry::read).toList();
  }

  InvalidException invalidPlatform() {
    return new InvalidException(
        place + ", column platform_isp_id",
        "\"" + isp.platform() + "\" is no ISP of the directory that is a platform itself.");
  }

  InvalidException claimedTwice(String column, String value) {
    return new InvalidException(
        place + ", column " + column, "\"" + value + "\" belongs to another ISP of the same file.");
  }

  private static IspEntry read(CsvRow row) {
    String id = row.required("isp_id");
    if (!Isp.isId(id) || RESERVED.contains(id)) {
      throw row.invalid(
          "isp_id",
          "\""
              + id
              + "\" is no ISP id: lower-case letters, digits and hyphens, and not \"other\" or"
              + " \"relay\".");
    }
    String platform = row.text("platform_isp_id");
    if (!platform.isEmpty() && !Isp.isId(platform)) {
      throw row.invalid("platform_isp_id", "\"" + platform + "\" is no ISP id.");
    }
    Isp.Kind kind =
        Isp.Kind.of(row.required("kind"))
            .orElseThrow(
                () ->
                    row.invalid(
                        "kind", "\"" + row.text("kind") + "\" is not mailbox, telco or gateway."));
    Isp isp = new Isp(id, row.required("display_name"), kind, platform.isEmpty() ? id : platform);
    return new IspEntry(isp, names(row, DOMAINS), names(row, MX_SUFFIXES), row.place());
  }

  private static List<String> names(CsvRow row, String column) {
    List<String> names = new ArrayList<>();
    for (String item : row.list(column)) {
      boolean below = column.equals(DOMAINS) && item.startsWith(ANY_SUBDOMAIN);
      try {
        Domain domain = new Domain(below ? item.substring(ANY_SUBDOMAIN.length()) : item);
        names.add(below ? ANY_SUBDOMAIN + domain.name() : domain.name());
      } catch (InvalidAddressException e) {
        throw row.invalid(column, "\"" + item + "\" " + e.reason() + ".");
      }
    }
    return names;
  }
}
