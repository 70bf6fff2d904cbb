"""What makes an issued report PDF/A-3a beside PDF/UA-1 (ISO 19005-3, ISO 14289-1).

WeasyPrint writes one of the two into a file. It writes PDF/UA-1 here, with the output intent of sRGB;
the rest is added before the file is written. The file identifier comes with the signature, which every
issued report gets, and so does the name of the producer, the same in both places.
"""

from __future__ import annotations

from typing import Any

PRINT = 4
"""The flag of an annotation that is printed too."""
CLAIMS = b"""<rdf:Description xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" rdf:about=""
 pdfaid:part="3" pdfaid:conformance="A"/>
<rdf:Description xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#" rdf:about=""><pdfaExtension:schemas><rdf:Bag>
<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq>
<rdf:li rdf:parseType="Resource"><pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289</pdfaProperty:description></rdf:li>
</rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description></rdf:RDF>"""
"""The mark of PDF/A-3a, and what the mark of PDF/UA means, which PDF/A wants described (6.6.2.3)."""


def archive(pdf: Any) -> None:
    """Let a PDF/UA-1 that is about to be written and signed be PDF/A-3a as well."""
    (intent,) = pdf.catalog["OutputIntents"]
    intent["S"] = "/GTS_PDFA1"
    pdf.info.pop("Producer")
    for each in pdf.objects:
        if isinstance(each, dict) and each.get("Type") == "/Annot":
            each["F"] = PRINT
    (metadata,) = (one for one in pdf.objects if _is_metadata(one))
    metadata.stream = [metadata.stream[0].replace(b"</rdf:RDF>", CLAIMS)]


def _is_metadata(each: Any) -> bool:
    return getattr(each, "extra", {}).get("Type") == "/Metadata"
