package io.portolan.api.bench;

import picocli.CommandLine.Command;

/** {@code portolan bench send}: how fast this machine sends a campaign. */
@Command(
    name = "send",
    description = "Sends a campaign into a sink from end to end and measures it.")
final class SendCommand extends SendOptions {}
