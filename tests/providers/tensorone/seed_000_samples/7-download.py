# Download video in different formats
formats = ['mp4', 'webm', 'gif']

for format_type in formats:
    download_url = f"https://api.tensorone.ai/v2/ai/videos/{video_id}/download?format={format_type}"
    
    response = requests.get(
        download_url,
        headers={"Authorization": "Bearer YOUR_API_KEY"}
    )
    
    with open(f'generated_video.{format_type}', 'wb') as f:
        f.write(response.content)
