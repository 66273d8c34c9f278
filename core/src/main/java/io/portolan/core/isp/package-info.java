/** ISPs: who runs a recipient's mailbox, and whose platform and limits its mail meets. */
@NullMarked
package io.portolan.core.isp;

import org.jspecify.annotations.NullMarked;
