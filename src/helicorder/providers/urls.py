"""Which provider an upstream URL belongs to, in Helicone's upper-case names.

The hosts are facts from Helicone's packages/cost/providers/mappings.ts (Apache-2.0, see tests/providers/vectors). Here
they are compared with the parsed host, not searched for in the text, so api.openai.com.evil.example is no OpenAI.
"""

import functools
import re
from urllib.parse import urlsplit

UNKNOWN = "CUSTOM"

_HOSTS = {
    "api.openai.com": "OPENAI",
    "us.api.openai.com": "OPENAI",
    "api.anthropic.com": "ANTHROPIC",
    "api.llama.com": "LLAMA",
    "integrate.api.nvidia.com": "NVIDIA",
    "api.tokenfactory.nebius.com": "NEBIUS",
    "oai.hconeai.com": "HELICONE",
    "inference.helicone.ai": "HELICONE",
    "api.endpoints.anyscale.com": "ANYSCALE",
    "gateway.ai.cloudflare.com": "CLOUDFLARE",
    "api.x.ai": "X",
    "api.2yfv.com": "2YFV",
    "api.together.xyz": "TOGETHER",
    "api.lemonfox.ai": "LEMONFOX",
    "api.fireworks.ai": "FIREWORKS",
    "api.perplexity.ai": "PERPLEXITY",
    "openrouter.ai": "OPENROUTER",
    "api.openrouter.ai": "OPENROUTER",
    "api.wisdominanutshell.academy": "WISDOMINANUTSHELL",
    "api.groq.com": "GROQ",
    "api.cohere.ai": "COHERE",
    "api.cohere.com": "COHERE",
    "api.mistral.ai": "MISTRAL",
    "api.deepinfra.com": "DEEPINFRA",
    "qstash.upstash.io": "QSTASH",
    "api.firecrawl.dev": "FIRECRAWL",
    "api.deepseek.com": "DEEPSEEK",
    "api.avian.io": "AVIAN",
    "api.novita.ai": "NOVITA",
    "api.openpipe.ai": "OPENPIPE",
    "chutes.com": "CHUTES",
    "llm.chutes.com": "CHUTES",
    "ai-gateway.vercel.sh": "VERCEL",
    "api.cerebras.ai": "CEREBRAS",
    "inference.canopywave.io": "CANOPYWAVE",
    "googleapis.com": "GOOGLE",
}
_SUFFIXES = {
    ".googleapis.com": "GOOGLE",
    ".openai.azure.com": "AZURE",
    ".azure-api.net": "AZURE",
    ".cognitiveservices.azure.com": "AZURE",
    ".services.ai.azure.com": "AZURE",
    ".amdbartek.dev": "AMDBARTEK",
}
_BEDROCK = re.compile(r"bedrock-runtime\.[a-z0-9-]+\.amazonaws\.com")
_LOCAL = re.compile(r"http://127\.0\.0\.1:\d+/v\d+/?")


def provider_of(url: str) -> str:
    """The provider that serves url, such as ``OPENAI``; ``CUSTOM`` when unknown. Never raises."""
    if _LOCAL.fullmatch(url):
        return "LOCAL"
    try:
        parts = urlsplit(url)
    except ValueError:
        return UNKNOWN
    host = parts.hostname if parts.scheme == "https" else None
    return _provider_of_host(host.rstrip(".")) if host else UNKNOWN


@functools.lru_cache(maxsize=1024)
def _provider_of_host(host: str) -> str:
    if exact := _HOSTS.get(host):
        return exact
    if _BEDROCK.fullmatch(host):
        return "AWS"
    return next((provider for suffix, provider in _SUFFIXES.items() if host.endswith(suffix)), UNKNOWN)
