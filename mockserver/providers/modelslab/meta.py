"""ModelsLab: `meta`, which repeats the request. Three sets of fields, each in the alphabetical order of the samples."""

from __future__ import annotations

from typing import Final

from mockserver.domain.job import Job
from mockserver.provider.call import Call
from mockserver.providers.modelslab.request import Asked, Image, Text, Ultra

FULL: Final[dict[str, object]] = {
    "adapter_lora": "v3_sd15_adapter", "base64": "no", "clip_skip": None, "controlnet": None, "controlnet_images": None,
    "domain_lora_scale": 1, "file_prefix": None, "fps": None, "guidance_scale": None, "height": None, "id": None,
    "improved_sampling_seed": None, "instant_response": None, "ip_adapter_id": None, "ip_adapter_image": None,
    "ip_adapter_scale": 0.6, "lora_models": None, "lora_strength": 1, "model_id": None, "motion_lora_strength": 1,
    "motion_loras": None, "motion_module": "v3_sd15_mm", "negative_prompt": None, "num_frames": None,
    "num_inference_steps": None, "output_type": None, "prompt": None, "seed": None, "temp": None, "track_id": None,
    "upscale_guidance_scale": None, "upscale_height": None, "upscale_num_inference_steps": None,
    "upscale_strength": None, "upscale_width": None, "use_improved_sampling": None, "watermark": "no", "webhook": None,
    "width": None,
}  # fmt: skip
"""The set of 2025 in its order, with the values of the fields that no request sets."""

SHORT: Final = (
    "base64", "clip_skip", "file_prefix", "fps", "guidance_scale", "height", "improved_sampling_seed",
    "instant_response", "model_id", "negative_prompt", "num_frames", "num_inference_steps", "output_type", "prompt",
    "seed", "temp", "upscale_guidance_scale", "upscale_height", "upscale_num_inference_steps", "upscale_strength",
    "upscale_width", "use_improved_sampling", "width",
)  # fmt: skip


def _said(is_on: bool) -> str:
    return "yes" if is_on else "no"


def echo(job: Job[Asked], call: Call, *, is_done: bool) -> dict[str, object]:
    """Return `meta` of a job's request, without the key."""
    if isinstance(job.request, Image):
        return _image(job, job.request)
    if isinstance(job.request, Ultra):
        return _ultra(job, job.request)
    full = _text(job, job.request, is_done=is_done)
    return {name: full[name] for name in SHORT} if "meta-23" in call.profile else full


def _text(job: Job[Asked], asked: Text, *, is_done: bool) -> dict[str, object]:
    """Return the 39 fields of 2025; `id` is the number as a text, and null once the video is done."""
    return {
        **FULL,
        "clip_skip": asked.clip_skip,
        "file_prefix": job.alias,
        "fps": asked.fps,
        "guidance_scale": asked.guidance_scale,
        "height": asked.height,
        "id": None if is_done else job.id,
        "improved_sampling_seed": asked.improved_sampling_seed,
        "instant_response": _said(asked.instant_response),
        "model_id": asked.model_id,
        "negative_prompt": asked.negative_prompt,
        "num_frames": asked.num_frames,
        "num_inference_steps": asked.num_inference_steps,
        "output_type": asked.output_type,
        "prompt": asked.prompt,
        "seed": job.seed,
        "temp": _said(asked.temp),
        "track_id": asked.track_id,
        "upscale_guidance_scale": asked.upscale_guidance_scale,
        "upscale_height": asked.upscale_height,
        "upscale_num_inference_steps": asked.upscale_num_inference_steps,
        "upscale_strength": asked.upscale_strength,
        "upscale_width": asked.upscale_width,
        "use_improved_sampling": _said(asked.use_improved_sampling),
        "webhook": asked.webhook,
        "width": asked.width,
    }


def _image(job: Job[Asked], asked: Image) -> dict[str, object]:
    """Return the 15 fields of picture to video; the enterprise surface has `base64` before them."""
    fields: dict[str, object] = {"base64": _said(asked.base64)} if job.kind == "enterpriseImg2video" else {}
    fields.update(
        file_prefix=job.alias,
        fps=asked.fps,
        height=asked.height,
        init_image=asked.init_image,
        instant_response=_said(asked.instant_response),
        max_guidance_scale=asked.max_guidance_scale,
        min_guidance_scale=asked.min_guidance_scale,
        model_id=asked.model_id,
        motion_bucket_id=asked.motion_bucket_id,
        noise_aug_strength=asked.noise_aug_strength,
        num_frames=asked.num_frames,
        num_inference_steps=asked.num_inference_steps,
        seed=job.seed,
        temp=_said(asked.temp),
        width=asked.width,
    )
    return fields


def _ultra(job: Job[Asked], asked: Ultra) -> dict[str, object]:
    """Return the 24 fields of HD text to video; neither the id nor the model is in them."""
    return {
        "base64": "no",
        "file_prefix": job.alias,
        "fps": asked.fps,
        "guidance_scale": asked.guidance_scale,
        "id": None,
        "instant_response": _said(asked.instant_response),
        "negative_prompt": asked.negative_prompt,
        "num_frames": asked.num_frames,
        "num_inference_steps": asked.num_inference_steps,
        "opacity": 0.8,
        "output_type": asked.output_type,
        "padding_down": 10,
        "padding_right": 10,
        "portrait": _said(asked.portrait),
        "prompt": asked.prompt,
        "rescale": "yes",
        "resolution": asked.resolution,
        "sample_shift": asked.sample_shift,
        "scale_down": 6,
        "seed": job.seed,
        "temp": _said(asked.temp),
        "track_id": asked.track_id,
        "watermark": "no",
        "webhook": asked.webhook,
    }
